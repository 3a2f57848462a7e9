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
  const counts = (row: number) =>
    row < count && (loss.kind !== 'cross-entropy' || Number(target.data[row]) >= 0);
  let total = 0;
  for (let row = 0; row < rows; row++) if (counts(row)) total += classWeightOf(loss, target, row);
  // A class's weight is in the loss itself; here it is only in the divisor. A row of a class that weighs nothing still has
  // what label smoothing gives to the others.
  return Float32Array.from({ length: rows }, (_, row) => (counts(row) && total > 0 ? 1 / total : 0));
}

function classWeightOf(loss: LossSettings, target: Tensor, row: number): number {
  return loss.kind === 'cross-entropy' ? (loss.classWeights?.[Number(target.data[row])] ?? 1) : 1;
}

/** The same for a loss that knows no labels: 1 / count for the first `count` rows, 0 for padding. */
export function evenWeights(rows: number, count: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows }, (_, row) => (row < count ? 1 / count : 0));
}
