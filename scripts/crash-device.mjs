// `npm run crash:device [-- --kills N] [--seed N] [--flips N]`: the long form of what shows that a device loses nothing when it
// is killed, and finds every flipped bit. N kills (1000) and N flipped bits (10,000).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    flips: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now()) },
  },
});
console.log(`${values.kills} kills, ${values.flips} flipped bits, seed ${values.seed}`);
const files = ['test/device/crash.browser.test.ts', 'test/device/health.browser.test.ts'];
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--project', 'plain', '--testTimeout', '3600000', ...files],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, VITE_KILLS: values.kills, VITE_FLIPS: values.flips, VITE_SEED: values.seed },
  },
);
process.exitCode = status ?? 1;
