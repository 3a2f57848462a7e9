// How often a project of rows is right, beside scikit-learn's classifiers on the same draws: for docs/teaching-by-showing.md.
// `npm run measure:rows` makes the tables and asks the others.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  drawRows,
  type DrawnTable,
  type RowShares,
  tableOf,
  taughtShares,
} from '../../../bench/teach/row-draws.ts';

const folder = fileURLToPath(new URL('../../../.cache/teaching/rows', import.meta.url));
const demo = fileURLToPath(new URL('../../../demo/data', import.meta.url));
const draws = [100, 101, 102, 103, 104];
const counts = [5, 50, null];

const tables = {
  iris: `${demo}/iris.csv`,
  wine: `${folder}/wine.csv`,
  breast_cancer: `${folder}/breast_cancer.csv`,
  digits: `${demo}/digits.csv`,
} as const;

test('rows of four tables', { timeout: 3_600_000 }, async () => {
  await mkdir(folder, { recursive: true });
  const answers: Record<string, unknown>[] = [];
  const asked: Record<string, unknown>[] = [];
  for (const [name, path] of Object.entries(tables)) {
    const table = tableOf(await readFile(path, 'utf8'));
    for (const count of counts) {
      const drawn = draws.flatMap(seed => drawRows(table, count, seed) ?? []);
      if (drawn.length < draws.length) continue;
      const shares: RowShares[] = [];
      for (const draw of drawn) shares.push(await taughtShares(table, draw));
      const shown = count === null ? 'all' : String(count);
      answers.push({ table: name, shown, ...columnsOf(shares) });
      asked.push({ table: name, shown, ...plain(table), draws: drawn });
      expect(mean(shares.map(({ head }) => head))).toBeGreaterThan(1 / table.classes);
    }
  }
  await writeFile(`${folder}/ours.json`, JSON.stringify(answers));
  await writeFile(`${folder}/draws.json`, JSON.stringify(asked));
});

function columnsOf(shares: readonly RowShares[]) {
  return { head: shares.map(({ head }) => head), nearest: shares.map(({ nearest }) => nearest) };
}

function plain({ values, labels }: DrawnTable) {
  return { values: values.map(row => [...row]), labels };
}

function mean(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
