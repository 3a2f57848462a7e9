// How many answers of a batch are right, for the losses that know right from wrong.
import type { Tensor } from '../tensor.ts';
import type { LossSettings } from './losses/loss.ts';

export interface Counted {
  readonly hits: number;
  /** Answers that count: those of rows with a weight. */
  readonly answers: number;
}

/**
 * @param output what the loss read: logits
 * @param weights of the loss's rows; 0 is padding or ignored
 */
export function countHits(
  loss: LossSettings,
  output: Tensor,
  target: Tensor,
  weights: Float32Array,
): Counted {
  const logits = output.data as Float32Array;
  const width = weights.length === 0 ? 0 : logits.length / weights.length;
  let hits = 0;
  let answers = 0;
  weights.forEach((weight, row) => {
    if (weight === 0) return;
    const own = logits.subarray(row * width, (row + 1) * width);
    switch (loss.kind) {
      case 'cross-entropy':
        answers++;
        if (largest(own) === Number(target.data[row])) hits++;
        return;
      case 'divergence':
        answers++;
        if (largest(own) === largest((target.data as Float32Array).subarray(row * width, (row + 1) * width)))
          hits++;
        return;
      case 'binary-cross-entropy':
        own.forEach((logit, i) => {
          answers++;
          if (logit > 0 === Number(target.data[row * width + i]) > 0.5) hits++;
        });
        return;
      case 'mean-squared-error':
      case 'mean-absolute-error':
      case 'huber':
        return;
    }
  });
  return { hits, answers };
}

/** The first of the largest. */
function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}
