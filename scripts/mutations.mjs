// `npm run mutations`: the long form of what turns bits in signed documents: every bit of a manifest, a variant, an alias, two
// roots, a certificate and a candidate of a real registry (tens of thousands), and each must be found.
import { spawnSync } from 'node:child_process';
import { ensureInstalled, root } from './setup.mjs';

await ensureInstalled();
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--project', 'unit', 'test/server/registry/mutations.test.ts'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, HAVERSACK_MUTATIONS: 'all' } },
);
process.exitCode = status ?? 1;
