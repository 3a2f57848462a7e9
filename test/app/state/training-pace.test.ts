import { expect, test } from 'vitest';
import { estimatedMs, notePace } from '../../../src/app/state/training-pace.ts';
import { defaultDraft, recipeFrom } from '../../../src/app/screens/teach/recipe-draft.ts';
import type { TrainProgress } from '../../../src/core/train/engine.ts';

const recipe = { ...recipeFrom(defaultDraft)!, epochs: 10, batchSize: 10, newSampleRepeats: 4 };
/** 100 steps of 10 rows in 2 s: 2 ms a row. */
const progress = { elapsedMs: 2000, step: 100 } as TrainProgress;

test('says nothing of a model, a scope or an engine that was not measured here', () => {
  notePace('digits', recipe, progress);
  const size = { recipe, rows: 100, samples: 0 };
  expect(estimatedMs({ ...size, model: 'iris' })).toBeNull();
  expect(estimatedMs({ ...size, model: 'digits', recipe: { ...recipe, scope: 'all' } })).toBeNull();
  expect(estimatedMs({ ...size, model: 'digits', recipe: { ...recipe, engine: 'tfjs' } })).toBeNull();
});

test('goes by rows, samples as often as they repeat, and epochs', () => {
  notePace('digits', recipe, progress);
  expect(estimatedMs({ model: 'digits', recipe, rows: 100, samples: 5 })).toBe(2 * (100 + 20) * 10);
});
