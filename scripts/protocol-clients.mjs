// Asks the server with Triton's and KServe's own clients, each in a Python environment of its own:
// `npm run protocol:clients -- [tritonclient|kserve …] [--record]`. `--record` keeps what they sent, for where they are not.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from './venv.mjs';

/** 170 MB in ten seconds, 450 MB in a minute or two. */
const requirements = { tritonclient: ['tritonclient[http]==2.73.0'], kserve: ['kserve==0.21.0'] };

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const named = args.filter(argument => !argument.startsWith('--'));
const pythons = {};
for (const client of named.length > 0 ? named : Object.keys(requirements)) {
  if (!(client in requirements)) {
    throw new Error(`there is no client ${client}, only ${Object.keys(requirements).join(', ')}`);
  }
  pythons[client] = (await ensureVenv(root, client, requirements[client])).python;
}
run('npx', ['vitest', 'run', '--project', 'unit', 'test/protocol/clients'], {
  HAVERSACK_PROTOCOL_CLIENTS: JSON.stringify(pythons),
  ...(args.includes('--record') ? { HAVERSACK_RECORD: '1' } : {}),
});
run('npx', ['prettier', '--log-level', 'warn', '--write', 'test/protocol/clients']);

function run(command, commandArgs, env = {}) {
  const options = { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' };
  const { status, error } = spawnSync(command, commandArgs, options);
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
