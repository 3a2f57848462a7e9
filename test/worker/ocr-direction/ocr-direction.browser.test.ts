// A real classifier of two text directions learns four, in the browser, from lines that the browser itself renders.
import { expect, test } from 'vitest';
import { hasWebGpu } from '../../../src/worker/ort.ts';
import { availableFonts } from './fonts.ts';
import { fourDirections, judgeInWorker, teachInWorker } from './in-worker.ts';
import { headRecipe } from './recipes.ts';

/** On a GPU in software a line takes many times as long. */
const { provider, lines, accuracy } = (await hasWebGpu())
  ? ({ provider: 'webgpu', lines: 64, accuracy: 0.6 } as const)
  : ({ provider: 'wasm', lines: 384, accuracy: 0.8 } as const);
const judgedLines = 128;

test('typefaces to learn from and others to be judged on are there', () => {
  const { train, held } = availableFonts();
  expect(train.length).toBeGreaterThanOrEqual(2);
  expect(held.length).toBeGreaterThanOrEqual(1);
});

test(
  `its new head, taught on ${provider}, tells four directions of typefaces that it has not seen`,
  { timeout: 600_000 },
  async () => {
    const untrained = await fourDirections();
    // A quarter is chance.
    expect(await judgeInWorker(untrained, judgedLines)).toBeLessThan(0.5);
    const { file } = await teachInWorker(untrained, { provider, recipe: headRecipe, rows: lines });
    expect(await judgeInWorker(file, judgedLines)).toBeGreaterThanOrEqual(accuracy);
  },
);
