// What a demo recipe says: everything that decides a version's bytes, and what people are told about it.
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import type { Dataset } from '../../src/core/data/dataset.ts';
import type { SplitOptions } from '../../src/core/data/split.ts';
import type { TrainRecipe } from '../../src/core/train/recipe.ts';
import type { Preprocessing } from '../../src/tfjs/topology.ts';
import type { layers } from '@tensorflow/tfjs-layers';

export interface DemoModel {
  readonly model: string;
  readonly data: {
    /** In `demo/data/`. */
    readonly file: string;
    readonly features: readonly string[];
    readonly target: string;
    readonly split: SplitOptions;
    readonly source: string;
    readonly licence: string;
  };
  readonly labels: readonly string[];
  readonly inputName: string;
  /** @param train values of the training part, row-major. */
  preprocessing(train: Float32Array, width: number): Preprocessing[];
  /** Fresh layers, their weights drawn from `initializerSeed`. */
  layers(): layers.Layer[];
  readonly initializerSeed: number;
  /** Names of the last layers, which `head` trains. */
  readonly head: readonly string[];
  interface(dataset: Dataset): ModelInterface;
  /** In order; each is trained from the one before. */
  readonly versions: readonly DemoVersion[];
}

export interface DemoVersion {
  readonly version: number;
  readonly recipe: TrainRecipe;
  readonly note: string;
  /** Written into the document, so that the same recipe gives the same bytes. */
  readonly createdAt: string;
}

/** What all versions here share. */
export const recipeBase = {
  kind: 'train',
  engine: 'tfjs',
  scope: 'all',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  seed: 42,
  newSampleRepeats: 1,
} as const satisfies Partial<TrainRecipe>;
