// `npm test`: installs what is missing, builds, checks types, style and sizes, and runs every test. Its last line reads
// `N passed, N failed`; a check (types, lint, …) counts as one. `npm test -- unit lint` runs only the named steps.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reports = join(root, '.cache', 'test');
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

/** A vitest run; its counts come from the JSON report, so that a run that died counts as a failure. */
async function vitest(name, projects, options = []) {
  const report = join(reports, `${name}.json`);
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
    const result = JSON.parse(readFileSync(report, 'utf8'));
    const failedFiles = result.testResults.filter(
      file => file.status === 'failed' && file.assertionResults.length === 0,
    );
    const failed =
      result.numFailedTests +
      failedFiles.length +
      (passed || result.numFailedTests + failedFiles.length ? 0 : 1);
    if (result.numTotalTests === 0) return { passed: 0, failed: failed || 1 };
    const skipped = result.numPendingTests + result.numTodoTests;
    if (skipped) console.warn(`! ${skipped} tests were skipped in ${name}; each says why above.`);
    return { passed: result.numPassedTests, failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
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
console.log(`\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed || !total.passed ? 1 : 0);
