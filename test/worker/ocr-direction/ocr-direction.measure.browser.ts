// Each scope on each provider: the long form, for docs/training.md.
import { expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { threads } from '../../../src/worker/ort.ts';
import { measuredFolder, mebibytes, percent } from '../../core/train/known-results/measured.ts';
import { fourDirections, judgeInWorker, teachInWorker } from './in-worker.ts';
import { headRecipe, recipeFor } from './recipes.ts';

/** On a GPU in software a step takes many times as long: fewer are made. */
const providers = [
  { provider: 'wasm', name: `WASM, ${threads} threads`, lines: 2048 },
  { provider: 'webgpu', name: 'WebGPU in software', lines: 128 },
] as const;
const judgedLines = 512;

const columns = ['Scope', 'Provider', 'Steps', 'Seconds', 'WASM, MiB', 'GPU, MiB', 'Right'];
const rows: string[][] = [];

test.each(providers)(
  'every scope on $provider',
  { timeout: 7_200_000 },
  async ({ provider, name, lines }) => {
    const measured = async (scope: string, parent: Uint8Array<ArrayBuffer>, recipe = headRecipe) => {
      const { file, steps, seconds, wasmBytes, gpuBytes } = await teachInWorker(parent, {
        provider,
        recipe,
        rows: lines,
      });
      const accuracy = await judgeInWorker(file, judgedLines);
      const gpu = provider === 'webgpu' ? mebibytes(gpuBytes) : '–';
      rows.push([
        scope,
        name,
        String(steps),
        seconds.toFixed(0),
        mebibytes(wasmBytes),
        gpu,
        percent(accuracy),
      ]);
      await commands.writeFile(
        `${measuredFolder}/direction.json`,
        JSON.stringify({ columns, rows }, null, 2),
      );
      return { file, accuracy };
    };
    const head = await measured('head', await fourDirections());
    for (const scope of ['biases', 'lora', 'all'] as const) {
      const { accuracy } = await measured(scope, head.file, recipeFor(scope));
      expect(accuracy).toBeGreaterThan(0.5);
    }
  },
);

test('the best of them tells 95 of 100', () => {
  expect(Math.max(...rows.map(row => parseFloat(row.at(-1)!)))).toBeGreaterThanOrEqual(95);
});
