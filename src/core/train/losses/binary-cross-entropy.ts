// Binary cross-entropy with logits: independent yes-or-no answers, one logit each.
import type { Tape } from '../gradient/tape.ts';
import { type LossNames, meanOfRow, weightedSum } from './loss.ts';

// ℓ = mean −y ln σ(x) − (1 − y) ln(1 − σ(x)) = mean softplus(x) − x · y, which does not overflow
export function binaryCrossEntropy(tape: Tape, { output, target, weights }: LossNames): string {
  const losses = tape.op('Sub', [tape.op('Softplus', [output]), tape.op('Mul', [output, target])]);
  return weightedSum(tape, meanOfRow(tape, losses), weights);
}
