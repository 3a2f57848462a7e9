// `npm run fuzz:api [-- --inputs N] [--seed N] [--examples N]`: the long form of what fuzzes the API by its own description.
// First fast-check, as in `npm test` but longer; then Schemathesis, which nobody here wrote, against the built server: no error
// of ours, no answer of a kind or with a status that the description does not name. Where there is no Python, it says so and
// ends with 3.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled, root } from './setup.mjs';
import { ensureVenv, PythonAbsent } from './venv.mjs';

const requirements = ['schemathesis==4.32.5'];
const checks = 'not_a_server_error,status_code_conformance,content_type_conformance';
/**
 * What makes the server answer 5xx rightly, or without end: a model unloaded, an engine that is not there, a stream; what ends
 * the key that all is asked with; and bundles, whose bytes Schemathesis cannot make (fuzz-uploads.test.ts does).
 */
const leftOut = '/events$|/unload$|/upstreams|/registry/v1/root$|/bundles$';
const readyWithinMs = 60_000;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '20000' },
    examples: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
for (const [name, value] of Object.entries(values)) {
  if (Number.isSafeInteger(Number(value)) && Number(value) >= 1) continue;
  console.error(`--${name} is ${value}, wanted a whole number from 1 on.`);
  process.exit(2);
}
await ensureInstalled();
const fastCheck = byFastCheck();
const schemathesis = await bySchemathesis();
process.exitCode = fastCheck || schemathesis;

/** @returns {number} exit code */
function byFastCheck() {
  console.log(`fast-check: ${values.inputs} inputs, seed ${values.seed}`);
  const tests = ['test/server/fuzz-api.test.ts', 'test/server/fuzz-openapi.test.ts'];
  const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'unit', ...tests], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      LOG_LEVEL: 'error',
      HAVERSACK_FUZZ_INPUTS: values.inputs,
      HAVERSACK_FUZZ_SEED: values.seed,
    },
  });
  return status ?? 1;
}

/** @returns {Promise<number>} exit code */
async function bySchemathesis() {
  let venv;
  try {
    venv = await ensureVenv(root, 'schemathesis', requirements);
  } catch (thrown) {
    if (!(thrown instanceof PythonAbsent)) throw thrown;
    console.error(`NOT RUN: ${thrown.message}`);
    return 3;
  }
  await ensureBuilt();
  const data = await mkdtemp(join(tmpdir(), 'haversack-fuzz-'));
  const port = await freePort();
  const server = spawn(
    process.execPath,
    ['bin/haversack.mjs', 'serve', '--port', `${port}`, '--data', data],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, LOG_LEVEL: 'error' },
    },
  );
  try {
    await untilReady(`http://127.0.0.1:${port}`, server);
    const key = (await readFile(join(data, 'admin.key'), 'utf8')).trim();
    const args = [
      ...['run', `http://127.0.0.1:${port}/docs/openapi.json`, '--checks', checks],
      ...['--header', `Authorization: Bearer ${key}`, '--exclude-path-regex', leftOut],
      ...['--phases', 'examples,coverage,fuzzing', '--max-examples', values.examples],
      // More than one thread runs into a bug of Python 3.11's parser (cpython#106905).
      ...['--workers', '1', '--request-timeout', '30', '--continue-on-failure', '--seed', values.seed],
    ];
    const { status } = spawnSync(join(venv.bin, 'schemathesis'), args, { cwd: data, stdio: 'inherit' });
    if (server.exitCode === null) return status ?? 1;
    console.error(`The server ended with ${server.exitCode}.`);
    return 1;
  } finally {
    server.kill('SIGTERM');
    await rm(data, { recursive: true, force: true });
  }
}

async function untilReady(url, server) {
  const until = Date.now() + readyWithinMs;
  for (;;) {
    const ready = await fetch(`${url}/v2/health/ready`).then(
      response => response.ok,
      () => false,
    );
    if (ready) return;
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}.`);
    if (Date.now() > until) throw new Error(`The server was not ready within ${readyWithinMs / 1000} s.`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
