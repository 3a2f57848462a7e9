// `npm run fleet [-- --devices 5000]`: the long form of test/server/fleet.test.ts: so many simulated devices against a built
// server in a process of its own. Tells requests a second, latencies, bytes and the server's memory.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled, root } from './setup.mjs';

const { values } = parseArgs({ options: { devices: { type: 'string', default: '5000' } } });
const devices = Number(values.devices);
if (!Number.isInteger(devices) || devices < 20) {
  console.error(`--devices is ${values.devices}, wanted a whole number from 20 on.`);
  process.exit(2);
}
await ensureInstalled();
await ensureBuilt();
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'unit', 'test/server/fleet.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, HAVERSACK_FLEET: String(devices) },
});
process.exit(status ?? 1);
