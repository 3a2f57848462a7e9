// Softmax cross-entropy over integer labels, with label smoothing and class weights, as PyTorch 2.9's CrossEntropyLoss
// defines them. A label outside the classes (−1, PyTorch's −100) is ignored where its weight is 0.
import type { Tape } from '../gradient/tape.ts';
import { type LossNames, weightedSum } from './loss.ts';

export interface CrossEntropyOptions {
  readonly labelSmoothing?: number;
  readonly classWeights?: readonly number[];
}

// ℓ = −Σ_c w_c · q_c · ln softmax(x)_c,  q = (1 − ε) · [c = y] + ε / C
export function crossEntropy(
  tape: Tape,
  { output, target, weights }: LossNames,
  { labelSmoothing = 0, classWeights }: CrossEntropyOptions,
): string {
  const classes = tape.type(output).shape.at(-1)!;
  const logs = tape.op('LogSoftmax', [output], { axis: { int: -1 } });
  const each = tape.constant({
    datatype: 'INT32',
    shape: [classes],
    data: Int32Array.from({ length: classes }, (_, c) => c),
  });
  const isLabel = tape.op('Equal', [tape.op('Unsqueeze', [target, tape.ints([-1])]), each]);
  let share = tape.op('Cast', [isLabel], { to: { int: 1 } });
  if (labelSmoothing > 0) {
    const kept = tape.op('Mul', [share, tape.scalar(1 - labelSmoothing)]);
    share = tape.op('Add', [kept, tape.scalar(labelSmoothing / classes)]);
  }
  if (classWeights) {
    const data = Float32Array.from(classWeights);
    share = tape.op('Mul', [share, tape.constant({ datatype: 'FP32', shape: [classes], data })]);
  }
  const likelihood = tape.op('ReduceSum', [tape.op('Mul', [share, logs]), tape.ints([-1])], {
    keepdims: { int: 0 },
  });
  return tape.op('Neg', [weightedSum(tape, likelihood, weights)]);
}
