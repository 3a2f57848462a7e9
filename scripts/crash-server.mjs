// `npm run crash:server [-- --kills 1000]`: the long form of test/server/crash: a server killed at so many points of its
// writing, and looked through after each.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '1000' } } });
const kills = Number(values.kills);
if (!Number.isInteger(kills) || kills < 1) {
  console.error(`--kills is ${values.kills}, wanted a whole number from 1 on.`);
  process.exit(2);
}
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'unit', 'test/server/crash'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
  env: { ...process.env, HAVERSACK_KILLS: String(kills) },
});
process.exit(status ?? 1);
