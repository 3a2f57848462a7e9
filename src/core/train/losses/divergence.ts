// Kullback-Leibler divergence from a teacher's answers, softened by a temperature: distillation.
import type { Tape } from '../gradient/tape.ts';
import { type LossNames, weightedSum } from './loss.ts';

// ℓ = T² Σ_c p_c (ln p_c − ln q_c),  p = softmax(teacher / T), q = softmax(x / T)  (Hinton et al., arXiv 1503.02531, §2)
export function divergence(tape: Tape, names: LossNames, temperature: number): string {
  const cooler = tape.scalar(1 / temperature);
  const logs = (logits: string) =>
    tape.op('LogSoftmax', [tape.op('Mul', [logits, cooler])], { axis: { int: -1 } });
  const teacher = logs(names.target);
  const gap = tape.op('Sub', [teacher, logs(names.output)]);
  const terms = tape.op('Mul', [tape.op('Exp', [teacher]), gap]);
  const { shape } = tape.type(terms);
  const axes = tape.ints(shape.slice(1).map((_, i) => i + 1));
  const losses = tape.op('ReduceSum', [terms, axes], { keepdims: { int: 0 } });
  return tape.op('Mul', [weightedSum(tape, losses, names.weights), tape.scalar(temperature ** 2)]);
}
