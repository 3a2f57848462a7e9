// What an optimizer is: a small graph from a parameter, its gradient and its state to what is subtracted from it.
// Gradients are whole by then: averaged, added up, clipped.
import type { Tape } from '../gradient/tape.ts';

/** Names of scalars that are fed anew at each step. */
export type ScalarNames = Readonly<Record<string, string>>;

export interface Move {
  /** What is subtracted from the parameter, the learning rate included. */
  readonly change: string;
  /** The state after the step, in the order of `slots`. */
  readonly state: readonly string[];
}

export interface Optimizer {
  /** State of the parameter's shape, 0 at the start: `['m', 'v']`. */
  readonly slots: readonly string[];
  /** The scalars it is fed. @param step from 1 */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  move(tape: Tape, gradient: string, state: readonly string[], scalars: ScalarNames): Move;
}

/** a · x + b · y */
export function mix(tape: Tape, a: number, x: string, b: number, y: string): string {
  return tape.op('Add', [times(tape, a, x), times(tape, b, y)]);
}

export function times(tape: Tape, factor: number, x: string): string {
  return factor === 1 ? x : tape.op('Mul', [x, tape.scalar(factor)]);
}
