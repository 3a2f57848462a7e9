// A real classifier of two text directions learns four, in the browser, from lines that the browser itself renders.
import { expect, test } from 'vitest';
import { availableFonts } from './fonts.ts';
import { fourDirections, judgeInWorker, teachInWorker } from './in-worker.ts';
import { headRecipe } from './recipes.ts';

test('typefaces to learn from and others to be judged on are there', () => {
  const { train, held } = availableFonts();
  expect(train.length).toBeGreaterThanOrEqual(2);
  expect(held.length).toBeGreaterThanOrEqual(1);
});

test(
  'its new head tells four directions of typefaces that it has not seen',
  { timeout: 240_000 },
  async () => {
    const untrained = await fourDirections();
    const rows = 128;
    // A quarter is chance.
    expect(await judgeInWorker(untrained, rows)).toBeLessThan(0.5);
    const { file } = await teachInWorker(untrained, {
      provider: 'wasm',
      recipe: headRecipe,
      rows: 384,
    });
    expect(await judgeInWorker(file, rows)).toBeGreaterThanOrEqual(0.75);
  },
);
