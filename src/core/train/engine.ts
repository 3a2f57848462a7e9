// What a training engine is. The loop's data, metrics and recipes do not know which one runs.
import type { Bytes } from '../artifact/digest.ts';
import type { LabelledRows } from '../data/labelled-rows.ts';
import type { HostTiming } from './choose-host.ts';
import type { Learnt } from './learnt.ts';
import type { TrainRecipe } from './recipe.ts';

export type { LabelledRows };

export interface TrainJob {
  /** The topology artifact's JSON, parsed by the engine with its own schema; null for one that reads the graph. */
  readonly topology: unknown;
  /** The parent: a whole ONNX file. */
  readonly model: Bytes;
  readonly classes: number;
  readonly train: LabelledRows;
  /** Looked at after each epoch; null where there is none. */
  readonly validation: LabelledRows | null;
  readonly recipe: TrainRecipe;
  /** Of memory that a step may take, for `onnx`; absent: as it comes. */
  readonly maxBytes?: number;
}

export interface TrainProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly epochs: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  /** Of the last finished epoch. */
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
  /** Without pauses. */
  readonly elapsedMs: number;
  readonly remainingMs: number;
  /** What computes: webgpu, webgl, wasm, cpu. */
  readonly backend: string;
  /** What was timed to choose the backend; absent where there was no choice. */
  readonly timings?: readonly HostTiming[];
}

/** Looked at between steps. Its checkpoint is where a run may be held up; what a run leaves of itself are `Checkpoints`. */
export interface TrainControl {
  /** Resolves when the run may go on: at once, or when a pause ends. Rejects with `Aborted` when it is to stop. Yields a macrotask at least every 50 ms. */
  checkpoint(): Promise<void>;
}

/** Where a run met what is no number. */
export interface Divergence {
  /** From 1. */
  readonly step: number;
  /** The epoch whose weights are kept. */
  readonly keptEpoch: number;
  /** Names the step and the tensor. */
  readonly message: string;
}

export interface Trained extends Learnt {
  readonly backend: string;
  readonly seconds: number;
  /** Where it met what is no number; the weights are then those of an epoch before. Null where it came to its end. */
  readonly diverged: Divergence | null;
  /**
   * What the engine's own model answers after training, so that the file it is written to can be held against it.
   */
  readonly check: {
    readonly computedOn: 'cpu' | 'gpu';
    readonly rows: number;
    /** [rows, numbers of one sample], the first of the training rows. */
    readonly features: Float32Array<ArrayBuffer>;
    /** [rows, classes] */
    readonly probabilities: Float32Array<ArrayBuffer>;
  };
}

export interface TrainEngine {
  readonly name: TrainRecipe['engine'];
  /** @throws HaversackError `TrainingImpossible`, `TrainingDiverged`, `Aborted` */
  train(
    job: TrainJob,
    control: TrainControl,
    onProgress: (progress: TrainProgress) => void,
  ): Promise<Trained>;
}
