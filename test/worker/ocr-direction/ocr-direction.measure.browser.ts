// Each scope on each provider: the long form, for docs/training.md.
import { expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { threads } from '../../../src/worker/ort.ts';
import { measuredFolder, mebibytes, percent } from '../../core/train/known-results/measured.ts';
import { recipesFor, scopes } from './recipes.ts';
import { teachInWorker } from './teach-in-worker.ts';

/** On a GPU in software a step takes many times as long: fewer are made. */
const providers = [
  { provider: 'wasm', name: `WASM, ${threads} threads`, train: 1024, epochs: 3 },
  { provider: 'webgpu', name: 'WebGPU in software', train: 256, epochs: 1 },
] as const;

const rows: string[][] = [];

test.each(providers.flatMap(each => scopes.map(scope => ({ ...each, scope }))))(
  '$scope on $provider',
  { timeout: 3_600_000 },
  async ({ provider, name, train, epochs, scope }) => {
    const { stages, wasmBytes, gpuBytes } = await teachInWorker({
      provider,
      recipes: recipesFor(scope, epochs),
      rows: { train, held: 512 },
    });
    const last = stages.at(-1)!;
    expect(last.accuracy).toBeGreaterThan(0.7);
    rows.push([
      scope,
      name,
      stages.map(({ steps }) => steps).join(' + '),
      stages.map(({ seconds }) => seconds.toFixed(0)).join(' + '),
      mebibytes(wasmBytes),
      provider === 'webgpu' ? mebibytes(gpuBytes) : '–',
      percent(last.accuracy),
    ]);
    const columns = [
      'Scope',
      'Provider',
      'Steps',
      'Seconds',
      'WASM, MiB',
      'GPU, MiB',
      'Held-out typefaces, right',
    ];
    await commands.writeFile(`${measuredFolder}/direction.json`, JSON.stringify({ columns, rows }, null, 2));
  },
);
