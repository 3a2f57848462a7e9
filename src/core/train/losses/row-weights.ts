// What each row of a step counts in its loss. Host arithmetic, so that padding, ignored labels and batches whose
// gradients are added need no division in the graph.
import type { Tensor } from '../../tensor.ts';
import type { LossSettings } from './loss.ts';

/**
 * Weights that make the sum of the rows' losses their mean: 1 / n, and 1 / Σ w_{yᵢ} with class weights (PyTorch 2.9's
 * CrossEntropyLoss, `reduction='mean'`). A row beyond `count` is padding; a label below 0 is ignored (PyTorch's
 * `ignore_index`); both are 0. All are 0 where nothing counts.
 * @param rows of the loss: labels for the losses over classes, samples for the others
 */
export function lossWeights(
  loss: LossSettings,
  target: Tensor,
  rows: number,
  count: number,
): Float32Array<ArrayBuffer> {
  const weightOf = (row: number): number => {
    if (row >= count) return 0;
    if (loss.kind !== 'cross-entropy') return 1;
    const label = Number(target.data[row]);
    return label < 0 ? 0 : (loss.classWeights?.[label] ?? 1);
  };
  const each = Float64Array.from({ length: rows }, (_, row) => weightOf(row));
  const total = each.reduce((sum, weight) => sum + weight, 0);
  // A class's weight is in the loss itself; here it is only in the divisor.
  return Float32Array.from(each, weight => (weight > 0 ? 1 / total : 0));
}

/** The same for a loss that knows no labels: 1 / count for the first `count` rows, 0 for padding. */
export function evenWeights(rows: number, count: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows }, (_, row) => (row < count ? 1 / count : 0));
}
