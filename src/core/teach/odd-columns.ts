// Columns of numbers that say nothing of what a row is, or that cannot be taken: what somebody who brings a table is proposed to leave out.
import { maxColumnLength } from './row-limits.ts';
import { numberColumns, numberOf, type RowTable } from './row-table.ts';

/**
 * `counts`: it rises by exactly 1 a row. In a table that is sorted by class it says the class, of these rows and of no other. `unnamed`, as
 * what spreadsheets of statistics write before each row, and `long`: no name for a column.
 */
export type Oddity = 'counts' | 'unnamed' | 'long';

/** Fewer rows may rise so by chance. */
const fewestThatCount = 3;

/** Of the table's columns of numbers those that are odd, and why. */
export function oddColumns(table: RowTable): ReadonlyMap<string, Oddity> {
  const odd = numberColumns(table).flatMap(column => {
    const oddity = oddityOf(table, column);
    return oddity ? [[column, oddity] as const] : [];
  });
  return new Map(odd);
}

function oddityOf({ columns, rows, decimal }: RowTable, column: string): Oddity | null {
  if (column === '') return 'unnamed';
  if (column.length > maxColumnLength) return 'long';
  const at = columns.indexOf(column);
  const first = numberOf(rows[0]?.[at] ?? '', decimal);
  const counts =
    first !== null &&
    rows.length >= fewestThatCount &&
    rows.every((row, i) => numberOf(row[at]!, decimal) === first + i);
  return counts ? 'counts' : null;
}
