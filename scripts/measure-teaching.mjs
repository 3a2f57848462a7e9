// `npm run measure:teaching [-- TABLE]`: puts tables into docs/teaching-by-showing.md. `told-apart`: how often a head, and the
// nearest, are right on photographs and drawings of the bench (minutes). `last-blocks`: last blocks that learn too beside a head
// alone (hours on a small machine). Without a name both.
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filled, markdown } from './measured-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/teaching-by-showing.md');
const tables = ['told-apart', 'last-blocks'];

const [asked] = process.argv.slice(2);
if (asked !== undefined && !tables.includes(asked)) {
  console.error(`There is no table ${asked}; there are ${tables.join(', ')}.`);
  process.exit(2);
}
for (const name of asked === undefined ? tables : [asked]) {
  const measured = ['run', '--project', 'measure', `test/core/teach/${name}.measure.ts`];
  const { status } = spawnSync('npx', ['vitest', ...measured], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
  const table = JSON.parse(await readFile(join(root, `.cache/teaching/${name}.json`), 'utf8'));
  await writeFile(page, filled(await readFile(page, 'utf8'), name, markdown(table)));
}
