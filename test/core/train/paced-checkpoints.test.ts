import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FitState } from '../../../src/core/train/fit-state.ts';
import { PacedCheckpoints } from '../../../src/core/train/paced-checkpoints.ts';

const state = {} as FitState;
const pace = { everyMs: 1000, maxShare: 0.1 };

/** Each save takes as long as it is told. */
function taking(...ms: number[]) {
  return new PacedCheckpoints(() => new Promise(resolve => setTimeout(resolve, ms.shift())), pace);
}

async function save(checkpoints: PacedCheckpoints): Promise<void> {
  expect(checkpoints.due()).toBe(true);
  const saved = checkpoints.save(state);
  await vi.runAllTimersAsync();
  await saved;
}

function dueIn(checkpoints: PacedCheckpoints): number {
  const from = performance.now();
  while (!checkpoints.due()) vi.advanceTimersByTime(1);
  return performance.now() - from;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('checkpoints at a pace', () => {
  it('are due after a while, and again a while after each', async () => {
    const checkpoints = taking(10, 20);
    expect(dueIn(checkpoints)).toBe(1000);
    await save(checkpoints);
    expect(dueIn(checkpoints)).toBe(1000);
    await save(checkpoints);
    expect(dueIn(checkpoints)).toBe(1000);
  });

  it('are rarer where one takes long, so that they stay below their share', async () => {
    const checkpoints = taking(500, 10);
    dueIn(checkpoints);
    await save(checkpoints);
    expect(dueIn(checkpoints)).toBe(5000);
    await save(checkpoints);
    expect(dueIn(checkpoints)).toBe(1000);
  });

  it('count the time from when the state was asked for', async () => {
    const checkpoints = taking(100);
    dueIn(checkpoints);
    vi.advanceTimersByTime(300);
    await save(checkpoints);
    expect(dueIn(checkpoints)).toBe(1000);
    const slowToRead = taking(100);
    dueIn(slowToRead);
    vi.advanceTimersByTime(300);
    const saved = slowToRead.save(state);
    await vi.runAllTimersAsync();
    await saved;
    expect(dueIn(slowToRead)).toBe(4000);
  });
});
