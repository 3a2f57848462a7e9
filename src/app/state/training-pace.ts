// How long a run will take, going by the last one of the same model, engine and scope on this page. Knows no screen.
import type { TrainProgress } from '../../core/train/engine.ts';
import type { TrainRecipe } from '../../core/train/recipe.ts';

/** What decides how much there is to compute. */
export interface RunSize {
  readonly model: string;
  readonly recipe: TrainRecipe;
  /** Of the data set's training part. */
  readonly rows: number;
  /** Of the new samples' training part. */
  readonly samples: number;
}

/** Milliseconds per row that was learnt from, in memory: another session may find the device hot, or on battery. */
const paces = new Map<string, number>();

export function notePace(model: string, recipe: TrainRecipe, { elapsedMs, step }: TrainProgress): void {
  paces.set(key(model, recipe), elapsedMs / (step * recipe.batchSize));
}

/** Null where nothing was measured here: then the first steps will tell. */
export function estimatedMs({ model, recipe, rows, samples }: RunSize): number | null {
  const pace = paces.get(key(model, recipe));
  if (pace === undefined) return null;
  return pace * (rows + samples * recipe.newSampleRepeats) * recipe.epochs;
}

function key(model: string, { engine, scope }: TrainRecipe): string {
  return `${model} ${engine} ${scope}`;
}
