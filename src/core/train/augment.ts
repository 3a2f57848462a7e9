// Augmentation: samples are changed a little, anew in each step, so that a model learns what they have in common. Only
// training rows are, never those that are judged on.
import { changedImage, type ImageShape, normal } from '../data/augment-image.ts';
import { type Random, seededRandom } from '../data/random.ts';
import { float32, type Tensor, type TensorMap } from '../tensor.ts';
import type { Augmentation } from './augmentation.ts';

/**
 * A batch as it is to be trained on, of the same shapes. Inputs are only read.
 * @param randomOf the place of a row in its step → numbers of its own, so that a step that is taken in parts is the same
 */
export type Augment = (inputs: TensorMap, randomOf: (row: number) => Random) => TensorMap;

/** The same for the same seed, step and row, on every host and in every run that is gone on with. @param step from 1 */
export function rowRandom(seed: number, step: number, row: number): Random {
  return seededRandom(mixed(mixed(mixed(augmentStream, seed), step), row));
}

/** So that shuffling and augmentation do not draw the same numbers. */
const augmentStream = 0x6175676d;

/** Two numbers well mixed into one of 32 bits (the finaliser of MurmurHash3). */
function mixed(seed: number, value: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(value + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function augmentBy(changes: Augmentation): Augment {
  return (inputs, randomOf) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => [name, augmented(tensor, changes, randomOf)]),
    );
}

function augmented(tensor: Tensor, changes: Augmentation, randomOf: (row: number) => Random): Tensor {
  if (tensor.datatype !== 'FP32') return tensor;
  const image = imageShape(tensor.shape);
  const data = tensor.data as Float32Array;
  const result = new Float32Array(data.length);
  const rows = tensor.shape[0]!;
  const width = rows === 0 ? 0 : data.length / rows;
  for (let row = 0; row < rows; row++) {
    const sample = data.subarray(row * width, (row + 1) * width);
    const random = randomOf(row);
    result.set(
      image ? changedImage(sample, image, changes, random) : noisy(sample, changes, random),
      row * width,
    );
  }
  return float32(tensor.shape, result);
}

function noisy(sample: Float32Array, { noise = 0 }: Augmentation, random: Random): Float32Array {
  return noise === 0 ? sample : sample.map(value => value + noise * normal(random));
}

const imageChannels: readonly number[] = [1, 3, 4];

/** Of a batch [rows, …]; null where it shows no image. */
export function imageShape(batch: readonly number[]): ImageShape | null {
  if (batch.length !== 4) return null;
  const [, first, second, third] = batch as [number, number, number, number];
  if (imageChannels.includes(first)) return { channels: first, height: second, width: third, layout: 'NCHW' };
  if (imageChannels.includes(third)) return { channels: third, height: first, width: second, layout: 'NHWC' };
  return null;
}
