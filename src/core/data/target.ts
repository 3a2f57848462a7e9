// What a table's target column holds: classes, or numbers to be told.
import { HaversackError } from '../errors.ts';
import { numbersOf, type Table } from './table.ts';

export type Target =
  | { readonly kind: 'classes'; readonly labels: readonly string[]; /** A row each. */ readonly indices: Int32Array<ArrayBuffer> }
  | { readonly kind: 'numbers'; readonly values: Float32Array<ArrayBuffer> };

/** A column of whole numbers with more different ones than this is a quantity, not a class. */
const mostNumberedClasses = 30;

/** How tables write a number that is not there: no class beside numbers. */
const noNumber = /^(nan|na|n\/a|null|[+-]?inf(inity)?)$/i;

/**
 * Text is a class; so are whole numbers, if few differ.
 * @throws HaversackError `InputInvalid`, naming the row, where a cell holds nothing, or no number among numbers
 */
export function readTarget(table: Table, column: string): Target {
  const cells = cellsOf(table, column);
  const empty = cells.indexOf('');
  if (empty !== -1) {
    throw new HaversackError('InputInvalid', `row ${empty + 1}, column "${column}" is empty.`);
  }
  const different = [...new Set(cells)];
  const numbers = different.map(Number);
  const others = different.filter((_, i) => !Number.isFinite(numbers[i]));
  if (others.length < different.length && others.length > 0 && others.every(cell => noNumber.test(cell))) {
    return readNumbers(table, column);
  }
  const areNumbers = numbers.every(Number.isFinite);
  if (areNumbers && (different.length > mostNumberedClasses || !numbers.every(Number.isInteger))) {
    return readNumbers(table, column);
  }
  const labels = areNumbers
    ? different.sort((a, b) => Number(a) - Number(b))
    : different.sort((a, b) => (a < b ? -1 : 1));
  return classesOf(cells, labels, column);
}

/** The column as classes that are known already. @throws HaversackError `InputInvalid` naming the row of another one */
export function readClasses(table: Table, column: string, labels: readonly string[]): Target & { kind: 'classes' } {
  return classesOf(cellsOf(table, column), labels, column);
}

/** @throws HaversackError `InputInvalid` */
export function readNumbers(table: Table, column: string): Target & { kind: 'numbers' } {
  // `numbersOf` would count the columns of a table without a header.
  const cells = cellsOf(table, column);
  const values = numbersOf({ columns: [column], rows: cells.map(cell => [cell]), headed: true }, [column]);
  return { kind: 'numbers', values };
}

function classesOf(
  cells: readonly string[],
  labels: readonly string[],
  column: string,
): Target & { kind: 'classes' } {
  const places = new Map(labels.map((label, i) => [label, i]));
  const indices = Int32Array.from(cells, (cell, row) => {
    const index = places.get(cell);
    if (index !== undefined) return index;
    const known = `${labels.slice(0, 12).join(', ')}${labels.length > 12 ? ' …' : ''}`;
    throw new HaversackError(
      'InputInvalid',
      `row ${row + 1}, column "${column}": "${cell.slice(0, 40)}" is none of the model's classes: ${known}.`,
    );
  });
  return { kind: 'classes', labels, indices };
}

function cellsOf(table: Table, column: string): string[] {
  const place = table.columns.indexOf(column);
  if (place !== -1) return table.rows.map(row => row[place]!);
  const shown = table.columns.slice(0, 12).join(', ');
  throw new HaversackError('InputInvalid', `the column "${column}" is missing (got ${shown}).`);
}
