// `npm run measure:rows`: projects of rows of numbers beside scikit-learn's classifiers on the same draws, into
// docs/teaching-by-showing.md. A minute or two, and once the time to install scikit-learn.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filled, markdown } from './measured-page.mjs';
import { ensureVenv } from './venv.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/teaching-by-showing.md');
const folder = join(root, '.cache/teaching/rows');
const program = join(root, 'bench/teach/rows_sklearn.py');

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

/** Mean, and from the worst draw to the best. */
function told(shares) {
  const percent = (share, digits) => (100 * share).toFixed(digits);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return `${percent(mean, 1)} (${percent(Math.min(...shares), 0)} to ${percent(Math.max(...shares), 0)})`;
}

const readJson = async name => JSON.parse(await readFile(join(folder, name), 'utf8'));

await mkdir(folder, { recursive: true });
const { python } = await ensureVenv(root, 'rows', ['numpy==2.3.5', 'scikit-learn==1.9.1']);
run(python, [program, 'tables', folder]);
run('npx', ['vitest', 'run', '--project', 'measure', 'test/core/teach/rows.measure.ts']);
run(python, [program, 'peers', join(folder, 'draws.json'), join(folder, 'peers.json')]);
const [ours, peers] = [await readJson('ours.json'), await readJson('peers.json')];
const rows = ours.map(({ table, shown, head, nearest }, i) => {
  const { table: _, shown: __, ...others } = peers[i];
  return [table, shown, told(head), told(nearest), ...Object.values(others).map(told)];
});
const columns = ['table', 'shown of each', 'head', 'k-NN', ...Object.keys(peers[0]).slice(2)];
await writeFile(page, filled(await readFile(page, 'utf8'), 'rows', markdown({ columns, rows })));
