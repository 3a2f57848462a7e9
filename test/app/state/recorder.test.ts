import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRecorder } from '../../../src/app/state/recorder.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('takes one at once and ten a second after, and none once it is let go', async () => {
  const take = vi.fn(() => Promise.resolve(true));
  const recorder = createRecorder(take);
  recorder.start();
  expect(take).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(take).toHaveBeenCalledTimes(11);
  recorder.stop();
  expect(recorder.isRecording()).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(take).toHaveBeenCalledTimes(11);
});

test('leaves photos out on a slow device: no more than two are under way', async () => {
  let underWay = 0;
  let most = 0;
  const recorder = createRecorder(async () => {
    most = Math.max(most, (underWay += 1));
    await new Promise(resolve => setTimeout(resolve, 450));
    underWay -= 1;
    return true;
  });
  recorder.start();
  await vi.advanceTimersByTimeAsync(3000);
  expect(most).toBe(2);
  recorder.stop();
});

test('what could not be taken holds up nothing after it', async () => {
  const warned = vi.spyOn(console, 'warn').mockReturnValue(undefined);
  const take = vi.fn(() => Promise.reject(new Error('no picture')));
  const recorder = createRecorder(take);
  recorder.start();
  await vi.advanceTimersByTimeAsync(1000);
  recorder.stop();
  expect(take).toHaveBeenCalledTimes(11);
  expect(warned).toHaveBeenCalledTimes(11);
  warned.mockRestore();
});
