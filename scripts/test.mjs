// `npm test`: installs what is missing, builds, checks types, style and sizes, and runs every test. Its last line reads
// `N passed, N failed`; a check (types, lint, …) counts as one. `npm test -- unit lint` runs only the named steps.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { local, runApart, runTests } from './run-tests.mjs';
import { ensureInstalled } from './setup.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reports = join(root, '.cache', 'test');
/** What went wrong, also what went well when it was tried again. */
const notes = [];

function vitest(name, projects, options = []) {
  const given = [...projects.flatMap(project => ['--project', project]), ...options];
  return runTests({ root, reports, name, arguments: given, note: text => notes.push(text) });
}

/** What it says comes once it has ended: another may run beside it. */
async function check(command, args) {
  const { wentWell, said } = await runApart(root, command, args);
  return { passed: wentWell ? 1 : 0, failed: wentWell ? 0 : 1, said };
}

const checks = {
  types: () => check(local('tsc'), ['-b']),
  lint: () => check(local('eslint'), ['.', '--max-warnings', '0']),
  format: () => check(local('prettier'), ['--check', '--log-level', 'warn', '.']),
  build: () => check(process.execPath, ['scripts/build.mjs']),
  size: () => check(process.execPath, ['scripts/size.mjs']),
};
/** Each takes one processor: lint as long as the others together, of which the last looks at what the one before it made. */
const lanes = [['types', 'format', 'build', 'size'], ['lint']];

const tests = {
  // Vitest leaves a processor idle, of which these machines have two.
  unit: () => vitest('unit', ['unit'], ['--maxWorkers=2']),
  browser: () => vitest('browser', ['webgpu', 'plain']),
  // Each waits for its browser most of the time: two take hardly longer than one.
  e2e: () => vitest('e2e', ['e2e'], ['--maxWorkers=2']),
};

await ensureInstalled();
const { ensureChromium } = await import('./chromium.mjs');
const wanted = process.argv.slice(2);
const steps = { ...checks, ...tests };
const unknown = wanted.filter(name => !(name in steps));
if (unknown.length) {
  console.error(`There is no step ${unknown.join(', ')}. Steps: ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}
ensureChromium();

const total = { passed: 0, failed: 0 };
const summary = [];

const isWanted = name => wanted.length === 0 || wanted.includes(name);

/** @param {() => Promise<{ passed: number, failed: number, said?: string }>} step */
async function take(name, step) {
  if (!isWanted(name)) return;
  if (name in tests) console.log(`\n── ${name}`);
  const started = performance.now();
  const { passed, failed, said } = await step();
  if (name in checks) console.log(`\n── ${name}\n${said}`);
  total.passed += passed;
  total.failed += failed;
  summary.push(
    `${failed ? '✗' : '✓'} ${name.padEnd(8)} ${passed} passed, ${failed} failed  (${((performance.now() - started) / 1000).toFixed(0)} s)`,
  );
}

await Promise.all(
  lanes.map(async names => {
    for (const name of names) await take(name, checks[name]);
  }),
);
for (const [name, step] of Object.entries(tests)) await take(name, step);
if (notes.length > 0) console.log(`\n${notes.join('\n')}`);
console.log(`\n${summary.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed || !total.passed ? 1 : 0);
