// A named data set that the host keeps, as rows for a model.
import type { InputInterface } from '../artifact/interface.ts';
import { saidNames } from '../data/columns.ts';
import { HaversackError } from '../errors.ts';
import { z } from '../zod.ts';
import { onlyInput, type Row } from './json-rows.ts';

export interface NamedDataset {
  readonly columns: readonly string[];
  readonly rows: number;
  /** The numbers of one column, a row each. @throws HaversackError `InputInvalid` where a cell is none */
  column(name: string): ArrayLike<number>;
}

/** Rows of one request: more are asked for in turns. */
export const maxDatasetRows = 10_000;
/** Rows times columns: a column may be named again and again. */
const maxDatasetValues = 2 ** 24;

/** Row numbers, from 0, or so many of them from one on; absent: all. */
export const rowChoiceSchema = z.union([
  z.array(z.int().min(0)).min(1).max(maxDatasetRows),
  z.object({ from: z.int().min(0), count: z.int().min(1).max(maxDatasetRows) }),
]);
export type RowChoice = z.infer<typeof rowChoiceSchema>;

/**
 * @param features columns, in the order of the input's numbers; null: those that the input's own names name
 * @throws HaversackError `InputInvalid`
 * @throws Malformed where the model has several inputs
 */
export function rowsOfDataset(
  dataset: NamedDataset,
  inputs: readonly InputInterface[],
  features: readonly string[] | null,
  choice: RowChoice | null,
): Row[] {
  const input = onlyInput(inputs, 'a data set');
  const columns = columnsOf(dataset, features ?? saidNames(input)).map(name => dataset.column(name));
  const rows = chosen(dataset, choice);
  if (rows.length * columns.length > maxDatasetValues) {
    throw invalid(
      `${rows.length} rows of ${columns.length} columns are more than ${maxDatasetValues} values: choose fewer rows`,
    );
  }
  return rows.map(row => [columns.map(column => column[row]!)]);
}

function columnsOf({ columns }: NamedDataset, names: readonly string[] | null): readonly string[] {
  if (!names) throw invalid(`the model’s features have no names: say in features which of ${shown(columns)}`);
  const unknown = names.find(name => !columns.includes(name));
  if (unknown === undefined) return names;
  throw invalid(`the data set has no column '${unknown.slice(0, 64)}', only ${shown(columns)}`);
}

function chosen({ rows }: NamedDataset, choice: RowChoice | null): readonly number[] {
  if (choice === null && rows > maxDatasetRows) {
    throw invalid(
      `the data set has ${rows} rows: choose ${maxDatasetRows} at most, by rows: { from, count }`,
    );
  }
  if (Array.isArray(choice)) {
    const missing = choice.find(row => row >= rows);
    if (missing === undefined) return choice;
    throw invalid(`there is no row ${missing}: the data set has ${rows}, from 0`);
  }
  const { from, count } = choice ?? { from: 0, count: rows };
  if (from + count > rows) throw invalid(`there are no ${count} rows from ${from}: the data set has ${rows}`);
  return Array.from({ length: count }, (_, i) => from + i);
}

function shown(names: readonly string[]): string {
  return `${names.slice(0, 12).join(', ')}${names.length > 12 ? ' …' : ''}`;
}

function invalid(detail: string): HaversackError {
  return new HaversackError('InputInvalid', detail);
}
