// `npm run soak [-- --minutes 10]`: the long form of test/server/soak.test.ts: a built server in a process of its own under mixed
// load, with models loaded and unloaded, aliases moved and versions uploaded. Tells what it holds as time goes by.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= 24 * 60)) {
  console.error(`--minutes is ${values.minutes}, wanted a number above 0.`);
  process.exit(2);
}
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'unit', 'test/server/soak.test.ts'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
  env: { ...process.env, HAVERSACK_SOAK_MINUTES: String(minutes) },
});
process.exit(status ?? 1);
