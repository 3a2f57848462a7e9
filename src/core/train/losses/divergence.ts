// Kullback-Leibler divergence from a teacher's answers, softened by a temperature (Hinton et al., arXiv 1503.02531, §2).
import type { Tape } from '../gradient/tape.ts';
import { type LossNames, meanOfRow, weightedSum } from './loss.ts';

// ℓ = T² mean Σ_c p_c (ln p_c − ln q_c),  p = softmax(teacher / T), q = softmax(x / T); the mean is over what lies
// between the rows and the classes
export function divergence(tape: Tape, names: LossNames, temperature: number): string {
  const logs = (logits: string) =>
    tape.op('LogSoftmax', [cooled(tape, logits, temperature)], { axis: { int: -1 } });
  const teacher = logs(names.target);
  const gap = tape.op('Sub', [teacher, logs(names.output)]);
  const terms = tape.op('Mul', [tape.op('Exp', [teacher]), gap]);
  const losses = tape.op('ReduceSum', [terms, tape.ints([-1])], { keepdims: { int: 0 } });
  return warmed(tape, weightedSum(tape, meanOfRow(tape, losses), names.weights), temperature);
}

// The same for independent yes-or-no answers: ℓ = T² mean p (ln p − ln q) + (1 − p) (ln (1 − p) − ln (1 − q)),
// p = σ(t), q = σ(s), t = teacher / T, s = x / T;  ln σ(t) = t + ln (1 − σ(t)) and ln (1 − σ(t)) = −softplus(t) make it
//   = T² mean softplus(s) − softplus(t) + σ(t) (t − s)
export function binaryDivergence(tape: Tape, names: LossNames, temperature: number): string {
  const t = cooled(tape, names.target, temperature);
  const s = cooled(tape, names.output, temperature);
  const gap = tape.op('Sub', [tape.op('Softplus', [s]), tape.op('Softplus', [t])]);
  const slope = tape.op('Mul', [tape.op('Sigmoid', [t]), tape.op('Sub', [t, s])]);
  const losses = tape.op('Add', [gap, slope]);
  return warmed(tape, weightedSum(tape, meanOfRow(tape, losses), names.weights), temperature);
}

function cooled(tape: Tape, logits: string, temperature: number): string {
  return tape.op('Mul', [logits, tape.scalar(1 / temperature)]);
}

/** Gradients of softened answers are T² smaller than those of hard ones. */
function warmed(tape: Tape, loss: string, temperature: number): string {
  return tape.op('Mul', [loss, tape.scalar(temperature ** 2)]);
}
