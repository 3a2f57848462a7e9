// What a loss is: a small graph from the model's output and the target to one number. Knows no optimizer and no loop.
import type { Datatype } from '../../datatype.ts';
import { HaversackError } from '../../errors.ts';
import type { Tape } from '../gradient/tape.ts';

export interface LossNames {
  /** Logits [batch, …, classes] for the losses over classes, else the output itself. */
  readonly output: string;
  readonly target: string;
  /**
   * What each row counts, FP32: [batch, …] for `cross-entropy` (a weight a label), [batch] for the others. Whoever feeds
   * them makes them sum to 1 over a step (`rowWeights`), so the loss is a mean, padding counts 0, and the gradients of
   * several batches may simply be added.
   */
  readonly weights: string;
}

export type LossSettings =
  | {
      readonly kind: 'cross-entropy';
      readonly labelSmoothing?: number;
      readonly classWeights?: readonly number[];
    }
  | { readonly kind: 'binary-cross-entropy' }
  | { readonly kind: 'mean-squared-error' }
  | { readonly kind: 'mean-absolute-error' }
  | { readonly kind: 'huber'; readonly delta?: number }
  /** The target is a teacher's logits. */
  | { readonly kind: 'divergence'; readonly temperature: number };

/** The datatype and shape of what a loss reads beside the output. */
export interface LossInputs {
  readonly target: { readonly datatype: Datatype; readonly shape: readonly number[] };
  /** Of `weights`. */
  readonly rows: readonly number[];
}

/** @throws HaversackError `TrainingImpossible` where the loss is none of such an output */
export function lossInputs(loss: LossSettings, output: readonly number[]): LossInputs {
  if (loss.kind === 'cross-entropy') {
    requireClasses(loss, output.at(-1)!);
    const labels = output.slice(0, -1);
    return { target: { datatype: 'INT32', shape: labels }, rows: labels };
  }
  return { target: { datatype: 'FP32', shape: output }, rows: output.slice(0, 1) };
}

/** A softmax over one number is 1 whatever the number is: nothing would be learnt, and nobody told. */
function requireClasses({ classWeights }: { classWeights?: readonly number[] }, classes: number): void {
  if (classes < 2) {
    throw new HaversackError(
      'TrainingImpossible',
      `Cross-entropy over classes is of one number a class; the output has ${classes} a row. For one score it is binary-cross-entropy.`,
    );
  }
  if (classWeights && classWeights.length !== classes) {
    throw new HaversackError(
      'TrainingImpossible',
      `There are ${classWeights.length} class weights for ${classes} classes.`,
    );
  }
}

/** Σ weights · losses, one loss a row of `weights`. */
export function weightedSum(tape: Tape, losses: string, weights: string): string {
  return tape.op('ReduceSum', [tape.op('Mul', [losses, weights])], { keepdims: { int: 0 } });
}

/** [batch, …] → [batch]: the mean over everything but the rows. */
export function meanOfRow(tape: Tape, values: string): string {
  const { shape } = tape.type(values);
  if (shape.length === 1) return values;
  const axes = shape.slice(1).map((_, i) => i + 1);
  return tape.op('ReduceMean', [values, tape.ints(axes)], { keepdims: { int: 0 } });
}
