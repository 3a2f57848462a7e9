// The same recipe, rows and seed on every host: what a browser's hosts are held against Node by.
import { wrap } from 'comlink';
import { expect } from 'vitest';
import { commands } from 'vitest/browser';
import type { WebProvider } from '../../../../src/worker/ort.ts';
import type { FiftyStepsSurface } from './fifty-steps-worker.ts';

declare module 'vitest/browser' {
  interface BrowserCommands {
    weightsInNode: (task: string) => Promise<Record<string, number[]>>;
  }
}

type Weights = ReadonlyMap<string, Float32Array>;

/** In a worker of its own, which is gone afterwards. */
export async function weightsIn(task: string, provider: WebProvider, threads?: number): Promise<Weights> {
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

/** After fifty steps no weight is further from Node's than a ten-thousandth of the largest. */
export async function expectNodesWeights(task: string, provider: WebProvider): Promise<void> {
  const inNode = new Map(
    Object.entries(await commands.weightsInNode(task)).map(([name, values]) => [
      name,
      Float32Array.from(values),
    ]),
  );
  expect(furthestApart(inNode, await weightsIn(task, provider))).toBeLessThanOrEqual(1e-4);
}
