// Which rows of a table are shown and which are asked, drawn at random: every side of the comparison gets the same.
import { seededRandom } from '../../src/core/data/random.ts';
import { fitRows } from '../../src/core/teach/row-fit.ts';
import { probabilitiesOf } from '../../src/core/teach/head.ts';
import { NearestNeighbours } from '../../src/core/teach/nearest-neighbours.ts';
import { makeRowEmbedder } from '../../src/core/teach/row-embedder.ts';
import { rowInput } from '../../src/core/teach/row-input.ts';
import { matchColumns, readRowTable, rowsOf } from '../../src/core/teach/row-table.ts';
import { trainHead } from '../../src/core/teach/train-head.ts';
import { embeddingOutput } from '../../src/core/teach/make-embedder.ts';
import { float32 } from '../../src/core/tensor.ts';
import { openNodeSession } from '../../server/inference/session.ts';

export interface DrawnTable {
  readonly columns: number;
  readonly classes: number;
  /** [rows, columns], no row twice. */
  readonly values: readonly Float32Array<ArrayBuffer>[];
  /** [rows], places of the classes. */
  readonly labels: readonly number[];
}

/** The last column says what a row is. */
export function tableOf(csv: string): DrawnTable {
  const table = readRowTable(csv);
  const label = table.columns.at(-1)!;
  const { rows } = rowsOf(table, matchColumns(table, label, null), label);
  const distinct = [...new Map(rows.map(row => [row.values.join(), row])).values()];
  const names = [...new Set(distinct.map(row => row.label))];
  return {
    columns: rows[0]!.values.length,
    classes: names.length,
    values: distinct.map(({ values }) => values),
    labels: distinct.map(row => names.indexOf(row.label)),
  };
}

export interface RowDraw {
  readonly shown: readonly number[];
  readonly tests: readonly number[];
}

/**
 * A fifth of each class is asked, at random; of the others so many are shown.
 * @param count of each class; null: all
 * @returns null where a class has not so many
 */
export function drawRows(
  { classes, labels }: DrawnTable,
  count: number | null,
  seed: number,
): RowDraw | null {
  const random = seededRandom(seed);
  const [shown, tests]: [number[], number[]] = [[], []];
  for (let of = 0; of < classes; of++) {
    const ofClass = random.shuffle([...labels.keys()].filter(row => labels[row] === of));
    const asked = Math.floor(ofClass.length / 5);
    if (count !== null && ofClass.length - asked < count) return null;
    tests.push(...ofClass.slice(0, asked));
    shown.push(...ofClass.slice(asked, count === null ? undefined : asked + count));
  }
  // As a table has them, not class after class: who asks the first of each class is not to know.
  return { shown: random.shuffle(shown), tests };
}

/** Shares that are right. */
export interface RowShares {
  readonly head: number;
  readonly nearest: number;
}

/** What a project of those rows would come to. */
export async function taughtShares(table: DrawnTable, { shown, tests }: RowDraw): Promise<RowShares> {
  const { columns, classes, labels } = table;
  const matrix = (rows: readonly number[]) => {
    const values = new Float32Array(rows.length * columns);
    rows.forEach((row, i) => values.set(table.values[row]!, i * columns));
    return values;
  };
  const embedder = await makeRowEmbedder(fitRows(matrix(shown), columns));
  const { width } = embedder;
  const session = await openNodeSession(embedder.model);
  const embedded = async (rows: readonly number[]) => {
    const outputs = await session.run({ [rowInput]: float32([rows.length, columns], matrix(rows)) });
    return outputs[embeddingOutput]!.data as Float32Array<ArrayBuffer>;
  };
  const [embeddings, asked] = [await embedded(shown), await embedded(tests)];
  await session.dispose();
  const truth = Int32Array.from(shown, row => labels[row]!);
  const recordings = shown.map(() => 'table');
  const { head } = await trainHead({ width, classes, embeddings, labels: truth, recordings });
  const nearest = new NearestNeighbours(width);
  shown.forEach((row, i) => {
    nearest.add(String(row), embeddings.subarray(i * width, (i + 1) * width), String(labels[row]));
  });
  const probabilities = probabilitiesOf(head, asked);
  const byHead = (i: number): number => largest(probabilities.subarray(i * classes, (i + 1) * classes));
  const byNearest = (i: number): number => {
    const scores = [...nearest.answer(asked.subarray(i * width, (i + 1) * width))];
    return Number(scores.reduce((a, b) => (b[1] > a[1] ? b : a))[0]);
  };
  const share = (answer: (i: number) => number) =>
    tests.filter((row, i) => answer(i) === labels[row]).length / tests.length;
  return { head: share(byHead), nearest: share(byNearest) };
}

function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}
