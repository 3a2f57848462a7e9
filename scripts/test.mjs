// `npm test`: installs what is missing, builds, checks types, style and sizes, and runs every test. Its last line reads
// `N passed, N failed`; a check (types, lint, …) counts as one. `npm test -- unit lint` runs only the named steps.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { local, run, runTests } from './run-tests.mjs';
import { ensureInstalled } from './setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reports = join(root, '.cache', 'test');
/** What went wrong, also what went well when it was tried again. */
const notes = [];

function vitest(name, projects, options = []) {
  const given = [...projects.flatMap(project => ['--project', project]), ...options];
  return runTests({ root, reports, name, arguments: given, note: text => notes.push(text) });
}

async function check(command, args) {
  return (await run(root, command, args)) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

const steps = {
  types: () => check(local('tsc'), ['-b']),
  lint: () => check(local('eslint'), ['.', '--max-warnings', '0']),
  format: () => check(local('prettier'), ['--check', '--log-level', 'warn', '.']),
  build: () => check(process.execPath, ['scripts/build.mjs']),
  size: () => check(process.execPath, ['scripts/size.mjs']),
  // Vitest leaves a processor idle, of which these machines have two.
  unit: () => vitest('unit', ['unit'], ['--maxWorkers=2']),
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
