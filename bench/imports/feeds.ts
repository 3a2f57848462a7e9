// What imported models are fed where any image will do: numbers by a seed, the same on every side.
import { seededRandom } from '../../src/core/data/random.ts';
import type { TensorSpec } from '../../src/core/runtime/session.ts';
import { elements, type Tensor, type TensorMap } from '../../src/core/tensor.ts';

export interface FeedOptions {
  /** Numbers are from 0 to this. */
  readonly highest: number;
  /** For dimensions that are free, but for the first, which is 1. */
  readonly freeSize: number;
}

export function randomFeeds(
  inputs: readonly TensorSpec[],
  seed: number,
  { highest = 1, freeSize = 1 }: Partial<FeedOptions> = {},
): TensorMap {
  const random = seededRandom(seed);
  const feeds = inputs.map(({ name, datatype, shape }): [string, Tensor] => {
    const sizes = shape.map((size, axis) => (size >= 0 ? size : axis === 0 ? 1 : freeSize));
    const numbers = Float32Array.from({ length: elements(sizes) }, () => random.uniform() * highest);
    const whole = numbers.map(Math.round);
    const data =
      datatype === 'FP32' ? numbers : datatype === 'INT32' ? Int32Array.from(whole) : Uint8Array.from(whole);
    return [name, { datatype, shape: sizes, data }];
  });
  return Object.fromEntries(feeds);
}
