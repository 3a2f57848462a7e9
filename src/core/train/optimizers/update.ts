// From gradients to new parameters: what all optimizers share (clipping, decoupled weight decay, averaged weights).
import type { Tape } from '../gradient/tape.ts';
import type { OptimizerOptions, TrainRecipe } from '../recipe.ts';
import { adam } from './adam.ts';
import { mix, type Optimizer, type ScalarNames, times } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

export interface OptimizerSettings {
  readonly kind: TrainRecipe['optimizer'];
  readonly options?: OptimizerOptions;
}

/** AdamW's published default (arXiv 1711.05101 has no one value; PyTorch 2.9's is this). */
const adamwDecay = 0.01;
/** Keeps the clipped gradient finite where the norm is 0, as in PyTorch 2.9's `clip_grad_norm_`. */
const normEpsilon = 1e-6;

/** The slot, beside the optimizer's, that holds the averaged weights; starts as the parameter. */
export const averageSlot = 'average';

export function optimizerOf({ kind, options = {} }: OptimizerSettings): Optimizer {
  switch (kind) {
    case 'sgd':
      return sgd(options);
    case 'rmsprop':
      return rmsprop(options);
    case 'adam':
    case 'adamw':
      return adam(options);
  }
}

/** All state of one value, in order. */
export function slotsOf(settings: OptimizerSettings): string[] {
  const average = settings.options?.averageDecay === undefined ? [] : [averageSlot];
  return [...optimizerOf(settings).slots, ...average];
}

/** Decoupled weight decay λ; 0: none. */
function decayOf({ kind, options = {} }: OptimizerSettings): number {
  return options.weightDecay ?? (kind === 'adamw' ? adamwDecay : 0);
}

/** Whether a parameter's weights decay: not those of biases and norms. */
export function decays(settings: OptimizerSettings, shape: readonly number[]): boolean {
  return decayOf(settings) > 0 && shape.length >= 2;
}

/** What `buildUpdate` is fed in a step. @param step from 1 */
export function scalarsOf(
  settings: OptimizerSettings,
  step: number,
  learningRate: number,
): Record<string, number> {
  const own = optimizerOf(settings).scalars(step, learningRate);
  const decay = decayOf(settings);
  return decay > 0 ? { ...own, kept: 1 - learningRate * decay } : { ...own };
}

/** One value that is moved as a whole: a parameter, or several side by side. */
export interface UpdateInput {
  readonly value: string;
  readonly decays: boolean;
  /** Of the learning rate, that this value is moved by; absent: 1. */
  readonly rateShare?: number;
  readonly gradient: string;
  /** In the order of `slotsOf`. */
  readonly state: readonly string[];
}

export interface Updated {
  readonly value: string;
  readonly state: readonly string[];
}

/** One step for all values. @param scalars the inputs that `scalarsOf` is fed to */
export function buildUpdate(
  tape: Tape,
  settings: OptimizerSettings,
  inputs: readonly UpdateInput[],
  scalars: ScalarNames,
): Updated[] {
  const { options = {} } = settings;
  const optimizer = optimizerOf(settings);
  const gradients = clipped(
    tape,
    inputs.map(({ gradient }) => gradient),
    options.clipNorm,
  );
  return inputs.map(({ value, decays, rateShare = 1, state }, i) => {
    const own = state.slice(0, optimizer.slots.length);
    const { change, state: next } = optimizer.move(tape, gradients[i]!, own, scalars);
    // θ ← (1 − s η λ) θ − s · change  (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2), the factor in one, as PyTorch 2.9
    // has it; s is the share (discriminative fine-tuning: Howard and Ruder, arXiv 1801.06146, §3.2)
    const kept = decays ? tape.mul(value, keptOf(tape, scalars['kept']!, rateShare)) : value;
    const moved = tape.sub(kept, times(tape, rateShare, change));
    const average = state[optimizer.slots.length];
    if (average === undefined) return { value: moved, state: next };
    // ā ← d ā + (1 − d) θ  (Polyak and Juditsky 1992, exponential form)
    const factor = options.averageDecay!;
    return { value: moved, state: [...next, mix(tape, factor, average, 1 - factor, moved)] };
  });
}

// 1 − s (1 − k) = s k + (1 − s)
function keptOf(tape: Tape, kept: string, share: number): string {
  return share === 1 ? kept : tape.add(times(tape, share, kept), tape.scalar(1 - share));
}

// g ← g · min(1, c / (‖g‖ + 10⁻⁶)),  ‖g‖ over all parameters together (Pascanu et al. 2013, algorithm 1)
function clipped(tape: Tape, gradients: readonly string[], norm: number | undefined): readonly string[] {
  if (norm === undefined) return gradients;
  const squares = gradients.map(gradient =>
    tape.op('ReduceSum', [tape.op('Mul', [gradient, gradient])], { keepdims: { int: 0 } }),
  );
  const length = tape.op('Sqrt', [squares.reduce((sum, square) => tape.op('Add', [sum, square]))]);
  const ratio = tape.op('Div', [tape.scalar(norm), tape.op('Add', [length, tape.scalar(normEpsilon)])]);
  const scale = tape.op('Min', [ratio, tape.scalar(1)]);
  return gradients.map(gradient => tape.op('Mul', [gradient, scale]));
}
