// The rows of a project as numbers: a few megabytes at most, kept in memory for what embeds them to be made of, and remade.
import type { Tensor } from '../core/tensor.ts';
import { float32 } from '../core/tensor.ts';
import type { Database } from '../device/db.ts';
import { listExamples } from '../device/examples.ts';
import { readRowValues } from '../device/row-examples.ts';

export class ProjectRows {
  readonly #columns: number;
  #values: ReadonlyMap<string, Float32Array<ArrayBuffer>> = new Map();
  /** Ids, oldest first. */
  #learnt: readonly string[] = [];

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** Takes over what is in the store now. */
  async sync(db: Database, project: string): Promise<void> {
    const examples = await listExamples(db, project);
    const known = this.#values;
    const fresh = examples.map(({ id }) => id).filter(id => !known.has(id));
    const read = await readRowValues(db, fresh);
    const values = examples.flatMap(({ id }) => {
      const row = known.get(id) ?? read.get(id);
      return row?.length === this.#columns ? [[id, row] as const] : [];
    });
    this.#values = new Map(values);
    this.#learnt = examples.filter(({ part }) => part === 'train').map(({ id }) => id);
  }

  /** [rows, columns] of those that are learnt from. */
  learnt(): Float32Array<ArrayBuffer> {
    return this.#matrix(this.#learnt);
  }

  has(id: string): boolean {
    return this.#values.has(id);
  }

  /** FP32 [ids, columns] @param ids of rows that are here */
  tensor(ids: readonly string[]): Tensor {
    return float32([ids.length, this.#columns], this.#matrix(ids));
  }

  #matrix(ids: readonly string[]): Float32Array<ArrayBuffer> {
    const rows = ids.flatMap(id => this.#values.get(id) ?? []);
    const matrix = new Float32Array(rows.length * this.#columns);
    rows.forEach((row, i) => matrix.set(row, i * this.#columns));
    return matrix;
  }
}
