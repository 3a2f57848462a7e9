// `npm run fuzz -- [--inputs N] [--seed N]`: the long form of what fuzzes the server. Broken models, archives, documents and
// requests, made of real ones, against a real server and its check process: every one gets an answer, and none is an error
// of ours. What fails is named with its seed and path, and found again by the same seed.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensureInstalled, root } from './setup.mjs';

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
const inputs = Number(values.inputs);
if (!Number.isSafeInteger(inputs) || inputs < 1) {
  console.error(`--inputs ${values.inputs}: a number of inputs is wanted.`);
  process.exit(2);
}
// Another seed each time: the short form in `npm test` has its own.
const seed = values.seed ?? String(Date.now() % 2 ** 31);
console.log(`${inputs} inputs, seed ${seed}`);
await ensureInstalled();
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--project', 'unit', 'test/server/fuzz-uploads.test.ts', 'test/server/fuzz.test.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    // Each refusal and each failed derivation would be a line.
    env: {
      ...process.env,
      LOG_LEVEL: 'error',
      HAVERSACK_FUZZ_INPUTS: String(inputs),
      HAVERSACK_FUZZ_SEED: seed,
    },
  },
);
process.exitCode = status ?? 1;
