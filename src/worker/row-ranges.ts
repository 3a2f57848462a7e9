// What was seen of each column, in the rows that a model was learnt from.
import { shortest } from '../core/data/dataset.ts';
import { fitRows } from '../core/teach/row-fit.ts';
import type { Database } from '../device/db.ts';
import { readRowValues } from '../device/row-examples.ts';

/** [least, most] a column, as people write them. @param ids of the rows; those that are gone are left aside */
export async function rowRanges(
  db: Database,
  ids: readonly string[],
  columns: number,
): Promise<[number, number][]> {
  const rows = [...(await readRowValues(db, ids)).values()].filter(row => row.length === columns);
  const values = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => values.set(row, i * columns));
  const { low, high } = fitRows(values, columns);
  return Array.from(low, (least, column) => [Number(shortest(least)), Number(shortest(high[column]!))]);
}
