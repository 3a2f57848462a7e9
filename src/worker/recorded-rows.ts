// Rows of nothing, on which a model's answers are recorded: rows that somebody brought stay where they are.
import { seededRandom } from '../core/data/random.ts';
import { float32, type Tensor } from '../core/tensor.ts';

/** Steps from the least to the most: what is recorded is no row's number, but a place in a range that is told anyway. */
const steps = 64;

/** FP32 [1, columns]: somewhere in each column's range, elsewhere for every seed. @param ranges [least, most] */
export function recordedRow(seed: number, ranges: readonly (readonly [number, number])[]): Tensor {
  const random = seededRandom(seed);
  return float32(
    [1, ranges.length],
    ranges.map(([low, high]) => low + ((high - low) * random.integer(steps + 1)) / steps),
  );
}
