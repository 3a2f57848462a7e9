// A table's numbers by column, in memory.
import { numbersOf, type Table } from '../../src/core/data/table.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { NamedDataset } from '../../src/core/serve/dataset-rows.ts';

export class NumberTable implements NamedDataset {
  readonly columns: readonly string[];
  readonly rows: number;
  /** By name; null where a cell is no number. */
  readonly #values: ReadonlyMap<string, Float32Array | null>;

  constructor(table: Table) {
    this.columns = table.columns;
    this.rows = table.rows.length;
    this.#values = new Map(table.columns.map((name, place) => [name, numbersIn(table, name, place)]));
  }

  /** Of its numbers. */
  get bytes(): number {
    return [...this.#values.values()].reduce((sum, values) => sum + (values?.byteLength ?? 0), 0);
  }

  /** @throws HaversackError `InputInvalid` */
  column(name: string): Float32Array {
    const values = this.#values.get(name);
    if (values) return values;
    throw new HaversackError('InputInvalid', `the column '${name.slice(0, 64)}' is not all numbers`);
  }
}

function numbersIn({ rows }: Table, name: string, place: number): Float32Array | null {
  try {
    return numbersOf({ columns: [name], rows: rows.map(row => [row[place]!]), headed: true }, [name]);
  } catch {
    return null;
  }
}
