// The one table of losses.
import type { Tape } from '../gradient/tape.ts';
import { binaryCrossEntropy } from './binary-cross-entropy.ts';
import { crossEntropy } from './cross-entropy.ts';
import { divergence } from './divergence.ts';
import type { LossNames, LossSettings } from './loss.ts';
import { huber, meanAbsoluteError, meanSquaredError } from './regression.ts';

/** The name of a scalar: the loss of a step. */
export function buildLoss(tape: Tape, loss: LossSettings, names: LossNames): string {
  switch (loss.kind) {
    case 'cross-entropy':
      return crossEntropy(tape, names, loss);
    case 'binary-cross-entropy':
      return binaryCrossEntropy(tape, names);
    case 'mean-squared-error':
      return meanSquaredError(tape, names);
    case 'mean-absolute-error':
      return meanAbsoluteError(tape, names);
    case 'huber':
      return huber(tape, names, loss.delta);
    case 'divergence':
      return divergence(tape, names, loss.temperature);
  }
}
