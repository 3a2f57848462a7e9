// The same recipe, rows and seed on every host: ONNX Runtime in Node, on WebAssembly and on WebGPU.
import { wrap } from 'comlink';
import { describe, expect, test } from 'vitest';
import { commands } from 'vitest/browser';
import { hasWebGpu, type WebProvider } from '../../../../src/worker/ort.ts';
import { fiftySteps } from './fifty-steps.ts';
import type { FiftyStepsSurface } from './fifty-steps-worker.ts';

declare module 'vitest/browser' {
  interface BrowserCommands {
    weightsInNode: (task: string) => Promise<Record<string, number[]>>;
  }
}

type Weights = ReadonlyMap<string, Float32Array>;

/** In a worker of its own, which is gone afterwards. */
async function weightsIn(task: string, provider: WebProvider, threads?: number): Promise<Weights> {
  const name = threads === undefined ? '' : String(threads);
  const worker = new Worker(new URL('./fifty-steps-worker.ts', import.meta.url), { type: 'module', name });
  try {
    return await wrap<FiftyStepsSurface>(worker).weightsAfter(task, provider);
  } finally {
    worker.terminate();
  }
}

/** As a share of the largest weight of all. */
function furthestApart(weights: Weights, others: Weights): number {
  expect([...weights.keys()]).toEqual([...others.keys()]);
  let [largest, furthest] = [0, 0];
  for (const [name, values] of weights) {
    const other = others.get(name)!;
    expect(values.length).toBe(other.length);
    values.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value));
      furthest = Math.max(furthest, Math.abs(value - other[i]!));
    });
  }
  expect(largest).toBeGreaterThan(0);
  return furthest / largest;
}

const withWebGpu = await hasWebGpu();

describe.each(fiftySteps)('$net, fifty steps of: $task', { timeout: 600_000 }, ({ task }) => {
  test(`weights agree with Node's, on ${withWebGpu ? 'WebGPU' : 'WASM'}`, async () => {
    const inNode = new Map(
      Object.entries(await commands.weightsInNode(task)).map(([name, values]) => [
        name,
        Float32Array.from(values),
      ]),
    );
    const here = await weightsIn(task, withWebGpu ? 'webgpu' : 'wasm');
    expect(furthestApart(inNode, here)).toBeLessThanOrEqual(1e-4);
  });

  test.skipIf(withWebGpu)('twice the same, bit for bit, on WASM with one thread', async () => {
    expect(await weightsIn(task, 'wasm', 1)).toEqual(await weightsIn(task, 'wasm', 1));
  });
});
