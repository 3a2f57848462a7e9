// Puts Triton's and KServe's own clients into Python environments under .cache/python and asks the server with them:
// `node scripts/protocol-clients.mjs [tritonclient|kserve …] [--record]`. `--record` keeps what they sent for where they are not.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** 170 MB in ten seconds, 450 MB in a minute or two. */
const packages = { tritonclient: 'tritonclient[http]==2.73.0', kserve: 'kserve==0.21.0' };

const root = fileURLToPath(new URL('..', import.meta.url));
const asked = process.argv.slice(2).filter(argument => !argument.startsWith('--'));

for (const client of asked.length > 0 ? asked : Object.keys(packages)) {
  if (!(client in packages))
    throw new Error(`there is no client ${client}, only ${Object.keys(packages).join(', ')}`);
  const folder = `${root}.cache/python/${client}`;
  if (existsSync(`${folder}/installed`)) continue;
  run('python3', ['-m', 'venv', folder]);
  run(`${folder}/bin/python`, ['-m', 'pip', '--quiet', 'install', packages[client]]);
  run('touch', [`${folder}/installed`]);
}
const env = { ...process.env, ...(process.argv.includes('--record') ? { HAVERSACK_RECORD: '1' } : {}) };
run('npx', ['vitest', 'run', '--project', 'unit', 'test/protocol/clients'], env);
run('npx', ['prettier', '--log-level', 'warn', '--write', 'test/protocol/clients']);

function run(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
