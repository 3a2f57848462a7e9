// How the classifier is taught four directions: its new head first, then what else the scope moves, from there (Kumar et al.
// 2022, arXiv 2202.10054: a head drawn at random would send its errors through layers that are good as they are).
import type { TrainRecipe } from '../../../src/core/train/recipe.ts';
import { recipeOf } from '../../core/train/known-results/learn.ts';

const schedule = { kind: 'one-cycle' } as const;
const batchSize = 16;

/** What comes before the head is run once per line, and kept. */
export const headRecipe: TrainRecipe = recipeOf({
  scope: 'head',
  learningRate: 0.02,
  epochs: 8,
  batchSize,
  schedule,
});

export const scopes = ['head', 'biases', 'lora', 'all'] as const;

const learningRates = { biases: 0.005, lora: 0.002, all: 0.001 };

/** @param epochs after the head's */
export function recipesFor(scope: (typeof scopes)[number], epochs: number): TrainRecipe[] {
  if (scope === 'head') return [headRecipe];
  const learningRate = learningRates[scope];
  const own = recipeOf({ scope, learningRate, epochs, batchSize, schedule, batchStatistics: 'frozen' });
  return [headRecipe, own];
}
