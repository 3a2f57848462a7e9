// How often what was taught by some examples answers right to others, over several draws: by the head, and by the nearest.
import { probabilitiesOf } from '../../src/core/teach/head.ts';
import type { LabelledEmbeddings } from '../../src/core/teach/labelled-embeddings.ts';
import { NearestNeighbours } from '../../src/core/teach/nearest-neighbours.ts';
import { trainHead } from '../../src/core/teach/train-head.ts';
import { type Drawn, drawOf } from './draws.ts';

/** Embeddings, a row an example: class after class, so many of each. */
export interface Embedded {
  readonly width: number;
  readonly classes: number;
  readonly ofClass: number;
  readonly rows: readonly Float32Array<ArrayBuffer>[];
}

export interface Extent extends Drawn {
  readonly draws: number;
}

/** Shares that are right, one a draw. */
export interface Shares {
  readonly head: readonly number[];
  readonly nearest: readonly number[];
}

/** @param count of each class that is shown, `extent.many` at most */
export async function drawnShares(of: Embedded, count: number, extent: Extent): Promise<Shares> {
  const [head, nearest]: [number[], number[]] = [[], []];
  for (let draw = 0; draw < extent.draws; draw++) {
    const { shown, tests } = drawOf(of.classes, count, 100 + draw, extent);
    const trained = await trainHead(labelled(of, shown));
    head.push(rightShare(of, tests, row => largest(probabilitiesOf(trained.head, row), of.classes)));
    const neighbours = new NearestNeighbours(of.width);
    for (const place of shown) neighbours.add(String(place), of.rows[place]!, String(labelOf(of, place)));
    nearest.push(
      rightShare(of, tests, row => {
        const [best] = [...neighbours.answer(row)].reduce((a, b) => (b[1] > a[1] ? b : a));
        return Number(best);
      }),
    );
  }
  return { head, nearest };
}

/** Mean, and from the worst draw to the best. */
export function spreadOf(shares: readonly number[]): string {
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const percent = (share: number, digits: number) => (100 * share).toFixed(digits);
  return `${percent(mean, 1)} % (${percent(Math.min(...shares), 0)} to ${percent(Math.max(...shares), 0)})`;
}

function labelOf({ ofClass }: Embedded, place: number): number {
  return Math.floor(place / ofClass);
}

function labelled(of: Embedded, places: readonly number[]): LabelledEmbeddings {
  const { width, classes } = of;
  const embeddings = new Float32Array(places.length * width);
  places.forEach((place, i) => embeddings.set(of.rows[place]!, i * width));
  const labels = Int32Array.from(places, place => labelOf(of, place));
  return { width, classes, embeddings, labels, recordings: places.map(String) };
}

function rightShare(
  of: Embedded,
  tests: readonly number[],
  answer: (row: Float32Array<ArrayBuffer>) => number,
): number {
  return tests.filter(place => answer(of.rows[place]!) === labelOf(of, place)).length / tests.length;
}

function largest(values: Float32Array, count: number): number {
  return Array.from({ length: count }, (_, i) => i).reduce((best, i) =>
    values[i]! > values[best]! ? i : best,
  );
}
