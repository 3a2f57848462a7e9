import { describe, expect, it } from 'vitest';
import type { HaversackError } from '../../../src/core/errors.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { fit } from '../../../src/core/train/fit.ts';
import { memoryPlan, withinMemory } from '../../../src/core/train/fit-batch.ts';
import { neededBytes } from '../../../src/core/train/memory.ts';
import { stepGraph } from '../../../src/core/train/stepper.ts';
import { clouds, goOn, job, network, nodeHost, normalizedNet } from './nets.ts';

const train = clouds(60);
const model = network('mlp:64', train, 3);
const whole = job(model, train, { batchSize: 48, epochs: 3 });
const bytesWith = (rows: number, accumulate: number) =>
  neededBytes(stepGraph({ ...whole, optimizer: { kind: 'adam', options: { accumulate } } }, rows).memory);
const everything = Number.MAX_SAFE_INTEGER;

/** 4 × 3 images through a batch normalization. */
const images = {
  rows: 32,
  inputs: {
    features: float32(
      [32, 1, 3, 3],
      Array.from({ length: 288 }, (_, i) => Math.sin(i)),
    ),
  },
  target: { datatype: 'INT32' as const, shape: [32], data: Int32Array.from({ length: 32 }, (_, i) => i % 2) },
};

describe('a batch in memory', () => {
  it('stays as it is where it fits', () => {
    expect(withinMemory(whole, everything)).toBe(whole);
    expect(memoryPlan(whole, everything)).toMatchObject({ rowsAtOnce: 48, accumulate: 1, fits: true });
  });

  it('is halved until it fits, and the step keeps its rows', () => {
    expect(memoryPlan(whole, bytesWith(48, 1) - 1)).toMatchObject({ rowsAtOnce: 24, accumulate: 2 });
    expect(memoryPlan(whole, bytesWith(12, 4))).toEqual({
      bytes: bytesWith(12, 4),
      maxBytes: bytesWith(12, 4),
      rowsAtOnce: 12,
      accumulate: 4,
      fits: true,
    });
  });

  it('is cut by divisors where it is odd', () => {
    const odd = { ...whole, batchSize: 45 };
    const { rowsAtOnce, accumulate } = memoryPlan(odd, bytesWith(15, 3));
    expect(rowsAtOnce * accumulate).toBe(45);
    expect(rowsAtOnce).toBe(15);
  });

  it('makes the same weights as the whole batch, but for rounding', async () => {
    const run = (maxBytes: number) => fit(withinMemory(whole, maxBytes), nodeHost(), goOn, () => undefined);
    const [once, parts] = [await run(everything), await run(bytesWith(12, 4))];
    expect(parts.steps).toBe(once.steps);
    for (const [name, { data }] of once.weights) {
      const other = parts.weights.get(name)!.data as Float32Array;
      (data as Float32Array).forEach((value, i) => expect(other[i]).toBeCloseTo(value, 4));
    }
  });

  it('counts what the recipe adds up already', () => {
    const added = { ...whole, optimizer: { kind: 'adam' as const, options: { accumulate: 2 } } };
    expect(memoryPlan(added, bytesWith(48, 2) - 1)).toMatchObject({ rowsAtOnce: 24, accumulate: 4 });
  });

  it('is refused with figures where a single row is too much', () => {
    const refused = catching(() => withinMemory(whole, 1e6));
    expect(refused).toMatchObject({ code: 'TrainingImpossible' });
    expect(refused.detail).toMatch(/over 1 rows at once needs about \d+ MB, and there are 1 MB.*head/);
  });

  it('keeps enough rows for statistics, and says what else would help', () => {
    const normalized = job(normalizedNet(), images, { batchSize: 32 });
    expect(memoryPlan(normalized, 1)).toMatchObject({ rowsAtOnce: 8, fits: false });
    expect(catching(() => withinMemory(normalized, 1)).detail).toContain('freeze the statistics');
    expect(memoryPlan({ ...normalized, statistics: 'frozen' }, 1)).toMatchObject({ rowsAtOnce: 1 });
  });
});

function catching(work: () => unknown): HaversackError {
  try {
    work();
  } catch (thrown) {
    return thrown as HaversackError;
  }
  throw new Error('nothing was thrown');
}
