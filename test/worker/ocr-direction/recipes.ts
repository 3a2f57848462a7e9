// How the classifier is taught four directions: its new head first, then what else the scope moves, from there (Kumar et al.
// 2022, arXiv 2202.10054: a head drawn at random would send its errors through layers that are good as they are).
import type { TrainRecipe } from '../../../src/core/train/recipe.ts';
import { recipeOf } from '../../core/train/known-results/learn.ts';

const common = { batchSize: 16, schedule: { kind: 'one-cycle' } } as const;

/** What comes before the head is run once per line, and kept. */
export const headRecipe: TrainRecipe = recipeOf({
  ...common,
  scope: 'head',
  learningRate: 0.02,
  epochs: 8,
});

const learningRates = { biases: 0.005, lora: 0.002, all: 0.001 };

/** Each line once, after the head has been taught. */
export function recipeFor(scope: keyof typeof learningRates): TrainRecipe {
  const learningRate = learningRates[scope];
  return recipeOf({ ...common, scope, learningRate, epochs: 1, batchStatistics: 'frozen' });
}
