// `npm test`: installs what is missing, builds, checks types, style and sizes, and runs every test. Its last line reads
// `N passed, N failed`; a check (types, lint, …) counts as one. `npm test -- unit lint` runs only the named steps.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reports = join(root, '.cache', 'test');
/** What went wrong, also what went well when it was tried again. */
const notes = [];
const local = name => join(root, 'node_modules', '.bin', name);

/** @returns {Promise<boolean>} whether it ended with 0 */
function run(command, args) {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
    child.on('error', error => {
      console.error(`${command}: ${error.message}`);
      resolve(false);
    });
    child.on('exit', code => resolve(code === 0));
  });
}

/** Runs vitest; null where it left no report, having died. */
async function runVitest(report, projects, options) {
  rmSync(report, { force: true });
  const passed = await run(local('vitest'), [
    'run',
    ...projects.flatMap(project => ['--project', project]),
    ...options,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  try {
    return { passed, ...JSON.parse(readFileSync(report, 'utf8')) };
  } catch {
    return null;
  }
}

/** What failed of a run: each test with what it said, and each file that had none to run. */
function failuresOf(result) {
  return result.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults
      .filter(test => test.status === 'failed')
      .map(test => ({ file, test: test.fullName, said: test.failureMessages.join('\n') }));
    return tests.length > 0 || status !== 'failed' ? tests : [{ file, test: '(the file)', said: message }];
  });
}

/** More than these are no accident. */
const maxTriedAgain = 3;

/**
 * A vitest run; its counts come from the JSON report, so that a run that died counts as a failure. A few files that failed
 * are run once more, by themselves: what passes then passed, and is named at the end, so that it is looked into.
 */
async function vitest(name, projects, options = []) {
  const first = await runVitest(join(reports, `${name}.json`), projects, options);
  if (first === null || first.numTotalTests === 0) return { passed: 0, failed: 1 };
  const skipped = first.numPendingTests + first.numTodoTests;
  if (skipped) console.warn(`! ${skipped} tests were skipped in ${name}; each says why above.`);
  const failures = failuresOf(first);
  const passed = first.numPassedTests;
  for (const failure of failures) tell('failed', name, failure);
  const files = [...new Set(failures.map(({ file }) => file))];
  // Something outside any test: an error that nobody caught, a process that died.
  if (files.length === 0) return { passed, failed: first.passed ? 0 : 1 };
  if (files.length > maxTriedAgain) return { passed, failed: failures.length };
  console.log(`\n── ${name}, once more: ${files.join(' ')}`);
  const second = await runVitest(join(reports, `${name}-again.json`), projects, [...options, ...files]);
  if (second?.passed) {
    for (const failure of failures) tell('unsteady', name, failure);
    return { passed: passed + failures.length, failed: 0 };
  }
  if (second) for (const failure of failuresOf(second)) tell('failed again', name, failure);
  return { passed, failed: failures.length };
}

/** Kept for the end, where it is found: a log of thousands of lines is read from there. */
function tell(what, step, { file, test, said }) {
  notes.push(`! ${what} in ${step}: ${file} › ${test}\n${said.split('\n').slice(0, 12).join('\n')}\n`);
}

async function check(command, args) {
  return (await run(command, args)) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

const steps = {
  types: () => check(local('tsc'), ['-b']),
  lint: () => check(local('eslint'), ['.', '--max-warnings', '0']),
  format: () => check(local('prettier'), ['--check', '--log-level', 'warn', '.']),
  build: () => check(process.execPath, ['scripts/build.mjs']),
  size: () => check(process.execPath, ['scripts/size.mjs']),
  unit: () => vitest('unit', ['unit']),
  browser: () => vitest('browser', ['webgpu', 'plain']),
  // Each waits for its browser most of the time: two take hardly longer than one.
  e2e: () => vitest('e2e', ['e2e'], ['--maxWorkers=2']),
};

await ensureInstalled();
const { ensureChromium } = await import('./chromium.mjs');
const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !(name in steps));
if (unknown.length) {
  console.error(`There is no step ${unknown.join(', ')}. Steps: ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}
mkdirSync(reports, { recursive: true });
ensureChromium();

const total = { passed: 0, failed: 0 };
const summary = [];

/** @param {() => Promise<{ passed: number, failed: number }>} step */
async function take(name, step) {
  console.log(`\n── ${name}`);
  const started = performance.now();
  const { passed, failed } = await step();
  total.passed += passed;
  total.failed += failed;
  summary.push(
    `${failed ? '✗' : '✓'} ${name.padEnd(8)} ${passed} passed, ${failed} failed  (${((performance.now() - started) / 1000).toFixed(0)} s)`,
  );
}

for (const [name, step] of Object.entries(steps)) {
  if (wanted.length === 0 || wanted.includes(name)) await take(name, step);
}
if (notes.length > 0) console.log(`\n${notes.join('\n')}`);
console.log(`\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed || !total.passed ? 1 : 0);
