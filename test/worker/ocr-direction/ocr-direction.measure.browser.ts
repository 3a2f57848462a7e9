// Each scope on each provider: the long form, for docs/training.md.
import { expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { threads } from '../../../src/worker/ort.ts';
import { measuredFolder, mebibytes, percent } from '../../core/train/known-results/measured.ts';
import { fourDirections, judgeInWorker, teachInWorker } from './in-worker.ts';
import { headRecipe, recipeFor } from './recipes.ts';

/** On a GPU in software a line takes many times as long. */
const providers = [
  { provider: 'wasm', name: `WASM, ${threads} threads`, lines: 2048, wanted: 0.95 },
  { provider: 'webgpu', name: 'WebGPU in software', lines: 128, wanted: 0.75 },
] as const;
const judgedLines = 512;
const columns = ['Scope', 'Provider', 'Lines', 'Steps', 'Seconds', 'WASM, MiB', 'GPU, MiB', 'Right'];

test.each(providers)(
  'every scope on $provider',
  { timeout: 7_200_000 },
  async ({ provider, name, lines, wanted }) => {
    const rows: string[][] = [];
    let best = 0;
    const measured = async (scope: string, parent: Uint8Array<ArrayBuffer>, recipe = headRecipe) => {
      const taught = await teachInWorker(parent, { provider, recipe, rows: lines });
      const accuracy = await judgeInWorker(taught.file, judgedLines);
      best = Math.max(best, accuracy);
      const memory = [mebibytes(taught.held.wasm), provider === 'webgpu' ? mebibytes(taught.held.gpu) : '–'];
      const cost = [lines, taught.steps, taught.seconds.toFixed(0)].map(String);
      rows.push([scope, name, ...cost, ...memory, percent(accuracy)]);
      const table = JSON.stringify({ columns, rows }, null, 2);
      await commands.writeFile(`${measuredFolder}/direction-${provider}.json`, table);
      return taught.file;
    };
    const headed = await measured('head', await fourDirections());
    for (const scope of ['biases', 'lora', 'all'] as const) await measured(scope, headed, recipeFor(scope));
    expect(best).toBeGreaterThanOrEqual(wanted);
  },
);
