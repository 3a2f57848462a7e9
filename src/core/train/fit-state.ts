// What a run needs to go on where it was, in the middle of an epoch, with the numbers an uninterrupted one would see.
// Knows no storage.
import type { RandomState } from '../data/random.ts';
import type { Provider } from '../runtime/session.ts';
import type { Tensor } from '../tensor.ts';
import type { Judgement } from './judge.ts';
import type { Plateau } from './schedules.ts';

/** What a run would end with, if it ended now. */
export interface Kept {
  /** The epoch that ended with them. */
  readonly epoch: number;
  /** By initializer of the model; finite, and so is a loss by them. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly validation: Judgement | null;
}

/** After a step. Whoever holds it does not write to it, and neither does the run. */
export interface FitState {
  /** What computed it: only there the run ends with the very same weights. */
  readonly provider: Provider;
  readonly threads: number;
  /** Steps that were taken, of as many as there will be. */
  readonly step: number;
  readonly steps: number;
  /** The one under way, from 1. */
  readonly epoch: number;
  /** Steps that were taken of it. */
  readonly taken: number;
  /** [rows]: of this epoch. */
  readonly order: Int32Array<ArrayBuffer>;
  /** Of the next epoch's shuffle. */
  readonly random: RandomState;
  /** Parameters, statistics that follow the data, the optimizer's state. */
  readonly slots: ReadonlyMap<string, Tensor>;
  readonly plateau: Plateau;
  /** Over the epoch so far. */
  readonly training: Judgement;
  /** After the last finished epoch. */
  readonly validation: Judgement | null;
  /** Null in the first epoch. */
  readonly kept: Kept | null;
  /** Without pauses. */
  readonly workedMs: number;
}

/** Where a run leaves its state. Asked between any two steps. */
export interface Checkpoints {
  due(): boolean;
  /** The run waits for it. What it throws ends the run. */
  save(state: FitState): Promise<void>;
}

export interface Continuation {
  /** Null: from the start. */
  readonly resume: FitState | null;
  readonly checkpoints: Checkpoints | null;
}

/** A run from the start that leaves nothing behind. */
export const fromTheStart: Continuation = { resume: null, checkpoints: null };
