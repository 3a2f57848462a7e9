// A real classifier of two text directions learns four, in the browser, from lines that the browser itself renders.
import { expect, test } from 'vitest';
import { availableFonts } from './fonts.ts';
import { recipesFor } from './recipes.ts';
import { teachInWorker } from './teach-in-worker.ts';

test('typefaces to learn from and others to be judged on are there', () => {
  const { train, held } = availableFonts();
  expect(train.length).toBeGreaterThanOrEqual(2);
  expect(held.length).toBeGreaterThanOrEqual(1);
});

test(
  'its new head tells four directions of typefaces that it has not seen',
  { timeout: 240_000 },
  async () => {
    const { before, stages } = await teachInWorker({
      provider: 'wasm',
      recipes: recipesFor('head', 0),
      rows: { train: 384, held: 128 },
    });
    // A quarter is chance.
    expect(before).toBeLessThan(0.5);
    expect(stages[0]!.accuracy).toBeGreaterThanOrEqual(0.8);
  },
);
