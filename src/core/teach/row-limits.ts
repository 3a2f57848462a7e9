// How large rows of numbers may be that a project is shown, and how many.
import { HaversackError } from '../errors.ts';

export const rowLimits = {
  /** Of a project: so many numbers a row. */
  columns: 512,
  /** Of a project: those that are learnt from are all looked at for each answer by the nearest. */
  rows: 10_000,
  /** Of a file: 10,000 rows of 200 numbers of eight characters. */
  fileBytes: 16 * 2 ** 20,
} as const;

/** Of a column's name, in UTF-16 units: as an interface takes it. */
export const maxColumnLength = 256;

/** @throws HaversackError `InputInvalid` for none, for names that are none, and for the same twice; `TooLarge` */
export function assertColumns(columns: readonly string[]): void {
  if (columns.length === 0) throw new HaversackError('InputInvalid', 'there is no column of numbers');
  if (columns.length > rowLimits.columns) {
    throw new HaversackError('TooLarge', `${columns.length} columns, at most ${rowLimits.columns} are taken`);
  }
  const wrong = columns.find(name => name.trim() === '' || name.length > maxColumnLength);
  if (wrong !== undefined) {
    throw new HaversackError(
      'InputInvalid',
      `a column's name has 1 to ${maxColumnLength} characters: "${wrong.slice(0, 40)}"`,
    );
  }
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new HaversackError('InputInvalid', `the column "${twice}" is there twice`);
}
