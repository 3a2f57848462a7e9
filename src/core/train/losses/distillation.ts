// Distillation: a model that learns is held near the answers that its teacher gives to the same rows.
import type { Tape } from '../gradient/tape.ts';
import { binaryDivergence, divergence } from './divergence.ts';
import type { LossNames, LossSettings } from './loss.ts';
import { meanSquaredError } from './regression.ts';

export interface Distillation {
  /** What the teacher's answers count, from 0 to 1; the target counts the rest. */
  readonly weight: number;
  /** How much logits are softened; losses over values know none. */
  readonly temperature: number;
}

/** What the soft loss reads beside the output. */
export interface TeacherNames {
  /** The teacher's numbers for what the loss reads: the output's shape. */
  readonly answers: string;
  /** [batch], 1 / rows of the step and 0 for padding: classes may differ in weight, what was known does not. */
  readonly weights: string;
}

// ℓ = (1 − w) ℓ_hard + w ℓ_soft; ℓ_soft is the divergence from the teacher, and for losses over values the mean square
// of the distance to its values
export function distilled(
  tape: Tape,
  hard: string,
  { kind }: LossSettings,
  { weight, temperature }: Distillation,
  names: Pick<LossNames, 'output'> & { readonly teacher: TeacherNames },
): string {
  const { answers, weights } = names.teacher;
  const soft = softLoss(tape, kind, { output: names.output, target: answers, weights }, temperature);
  const [kept, near] = [tape.scalar(1 - weight), tape.scalar(weight)];
  return tape.op('Add', [tape.op('Mul', [hard, kept]), tape.op('Mul', [soft, near])]);
}

function softLoss(tape: Tape, kind: LossSettings['kind'], names: LossNames, temperature: number): string {
  switch (kind) {
    case 'cross-entropy':
    case 'divergence':
      return divergence(tape, names, temperature);
    case 'binary-cross-entropy':
      return binaryDivergence(tape, names, temperature);
    case 'mean-squared-error':
    case 'mean-absolute-error':
    case 'huber':
      return meanSquaredError(tape, names);
  }
}
