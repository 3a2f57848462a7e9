// A vitest run as a step of `npm test`: counted by its report, and what failed is named and tried once more.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unhandledVariable } from './unhandled-errors.mjs';

const bin = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules', '.bin');
const outside = fileURLToPath(new URL('unhandled-errors.mjs', import.meta.url));
/** More files than these are no accident. */
const maxTriedAgain = 3;
const linesKept = 12;

/** The path of a package's program. */
export function local(name) {
  return join(bin, name);
}

/** @returns {Promise<boolean>} whether it ended with 0 */
export function run(root, command, args, env = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', error => {
      console.error(`${command}: ${error.message}`);
      resolve(false);
    });
    child.on('exit', code => resolve(code === 0));
  });
}

/**
 * The same, and nothing of it is on the screen.
 * @returns {Promise<{ wentWell: boolean, said: string }>} `said`: both streams, as they came
 */
export function runApart(root, command, args) {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => (said += text));
    }
    child.on('error', error => resolve({ wentWell: false, said: `${command}: ${error.message}` }));
    child.on('close', code => resolve({ wentWell: code === 0, said }));
  });
}

/**
 * A few files that failed are run once more, by themselves: what passes then passed, and is told of all the same, so that it
 * is looked into. A run that died, or that ran nothing, is a failure.
 * @param {{ root: string, reports: string, name: string, arguments: string[], note: (text: string) => void }} options
 * `note` takes what is to be read at the end, where it is found: a log has thousands of lines
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runTests({ root, reports, name, arguments: given, note }) {
  mkdirSync(reports, { recursive: true });
  const tell = (what, { file, test, said }) =>
    note(`! ${what} in ${name}: ${file} › ${test}\n${said.split('\n').slice(0, linesKept).join('\n')}\n`);
  const first = await vitest(root, join(reports, `${name}.json`), given);
  if (first === null || first.numTotalTests === 0) return { passed: 0, failed: 1 };
  const skipped = first.numPendingTests + first.numTodoTests;
  if (skipped) console.warn(`! ${skipped} tests were skipped in ${name}; each says why above.`);
  const passed = first.numPassedTests;
  const failures = failuresOf(root, first);
  for (const failure of failures) tell('failed', failure);
  // An error that nobody caught is of no test that could be tried again.
  for (const said of first.unhandled) tell('failed', { file: '(outside any test)', test: 'unhandled', said });
  if (first.unhandled.length > 0) return { passed, failed: failures.length + first.unhandled.length };
  // Something else, such as a process that died.
  if (failures.length === 0) return { passed, failed: first.wentWell ? 0 : 1 };
  const files = [...new Set(failures.map(({ file }) => file))];
  if (files.length > maxTriedAgain) return { passed, failed: failures.length };
  console.log(`\n── ${name}, once more: ${files.join(' ')}`);
  const second = await vitest(root, join(reports, `${name}-again.json`), [...given, ...files]);
  const isSteady = second !== null && second.wentWell && second.numTotalTests > 0;
  for (const failure of isSteady ? failures : second ? failuresOf(root, second) : []) {
    tell(isSteady ? 'passed when tried again' : 'failed again', failure);
  }
  return isSteady ? { passed: passed + failures.length, failed: 0 } : { passed, failed: failures.length };
}

/** Null where it left no report, having died. */
async function vitest(root, report, given) {
  const unhandled = `${report}.unhandled`;
  for (const path of [report, unhandled]) rmSync(path, { force: true });
  const reporters = [
    '--reporter=default',
    `--reporter=${outside}`,
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const wentWell = await run(root, local('vitest'), ['run', ...given, ...reporters], {
    [unhandledVariable]: unhandled,
  });
  try {
    const read = path => JSON.parse(readFileSync(path, 'utf8'));
    return { ...read(report), wentWell, unhandled: read(unhandled) };
  } catch {
    return null;
  }
}

/** Each test with what it said, and each file that had none to run. */
function failuresOf(root, { testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults
      .filter(test => test.status === 'failed')
      .map(test => ({ file, test: test.fullName, said: test.failureMessages.join('\n') }));
    return tests.length > 0 || status !== 'failed' ? tests : [{ file, test: '(the file)', said: message }];
  });
}
