// Losses over real values: a row's loss is the mean over its numbers.
import type { Tape } from '../gradient/tape.ts';
import { type LossNames, meanOfRow, weightedSum } from './loss.ts';

// ℓ = mean (x − y)²
export function meanSquaredError(tape: Tape, { output, target, weights }: LossNames): string {
  const difference = tape.op('Sub', [output, target]);
  return weightedSum(tape, meanOfRow(tape, tape.op('Mul', [difference, difference])), weights);
}

// ℓ = mean |x − y|
export function meanAbsoluteError(tape: Tape, { output, target, weights }: LossNames): string {
  const distance = tape.op('Abs', [tape.op('Sub', [output, target])]);
  return weightedSum(tape, meanOfRow(tape, distance), weights);
}

// ℓ = mean h(|x − y|),  h(d) = ½ d² where d ≤ δ, else δ (d − ½ δ)  (Huber 1964)
//   = mean ½ q² + δ (d − q),  q = min(d, δ)
export function huber(tape: Tape, { output, target, weights }: LossNames, delta = 1): string {
  const distance = tape.op('Abs', [tape.op('Sub', [output, target])]);
  const near = tape.op('Min', [distance, tape.scalar(delta)]);
  const square = tape.op('Mul', [tape.op('Mul', [near, near]), tape.scalar(0.5)]);
  const line = tape.op('Mul', [tape.op('Sub', [distance, near]), tape.scalar(delta)]);
  return weightedSum(tape, meanOfRow(tape, tape.op('Add', [square, line])), weights);
}
