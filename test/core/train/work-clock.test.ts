import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkClock } from '../../../src/core/train/work-clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A control whose checkpoints take as long as they are told. */
function waiting(...ms: number[]) {
  return { checkpoint: () => new Promise<void>(resolve => setTimeout(resolve, ms.shift() ?? 0)) };
}

it('counts breaths as work and pauses as none', async () => {
  const clock = new WorkClock(waiting(20, 60_000, 5));
  for (const ms of [20, 60_000, 5]) {
    const passed = clock.checkpoint();
    await vi.advanceTimersByTimeAsync(ms);
    await passed;
  }
  await vi.advanceTimersByTimeAsync(100);
  expect(clock.workedMs()).toBe(125);
});

it('passes a stop on', async () => {
  const clock = new WorkClock({ checkpoint: () => Promise.reject(new Error('stopped')) });
  await expect(clock.checkpoint()).rejects.toThrow('stopped');
});
