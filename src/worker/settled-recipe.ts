// A recipe with what depends on the data filled in, as the candidate keeps it.
import { defaultDistillation, type TrainRecipe } from '../core/train/recipe.ts';
import type { VersionData } from './training-data.ts';

/**
 * Without the data set that would be replayed, a model is held near its own answers, and its batch normalization to the
 * statistics it came with: a few samples' would be those of nothing. Unless the recipe says otherwise.
 */
export function settledRecipe(recipe: TrainRecipe, { parent }: Pick<VersionData, 'parent'>): TrainRecipe {
  if (parent) return recipe;
  return {
    ...recipe,
    distillation: recipe.distillation ?? defaultDistillation,
    batchStatistics: recipe.batchStatistics ?? 'frozen',
  };
}
