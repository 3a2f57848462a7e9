// Embeddings as a model might give them: a cloud a class, none below zero.
import { normal } from '../../../src/core/data/augment-image.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import type { LabelledEmbeddings } from '../../../src/core/teach/labelled-embeddings.ts';

export interface ClusterOptions {
  readonly rows: number;
  readonly width?: number;
  readonly classes?: number;
  /** Of the clouds' middles, beside a spread of 1 within each. */
  readonly apart?: number;
  readonly seed?: number;
  /** Rows of one recording. */
  readonly together?: number;
}

/** Rows of each class in turn; the middles are the same for all seeds. */
export function clusters({
  rows,
  width = 24,
  classes = 3,
  apart = 1,
  seed = 1,
  together = 5,
}: ClusterOptions): LabelledEmbeddings {
  const middles = seededRandom(99);
  const middle = Array.from({ length: classes }, () => Array.from({ length: width }, () => normal(middles)));
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const embeddings = Float32Array.from({ length: rows * width }, (_, at) => {
    const label = labels[Math.floor(at / width)]!;
    return Math.max(0, 1 + apart * middle[label]![at % width]! + normal(random));
  });
  const recordings = Array.from(labels, (label, row) => `${label} ${Math.floor(row / classes / together)}`);
  return { width, classes, embeddings, labels, recordings };
}

export function rightShare(probabilities: Float32Array, { labels, classes }: LabelledEmbeddings): number {
  let right = 0;
  labels.forEach((label, row) => {
    const ofRow = probabilities.subarray(row * classes, (row + 1) * classes);
    if (ofRow.indexOf(Math.max(...ofRow)) === label) right++;
  });
  return right / labels.length;
}
