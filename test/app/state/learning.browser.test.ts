// Learning goes on by what changes, one at a time, and not while the page is hidden.
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createLearning } from '../../../src/app/state/learning.ts';
import { failure } from '../../../src/core/errors.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import type { ProjectStanding } from '../../../src/worker/protocol.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const standing = (examples: number): ProjectStanding => ({
  examples,
  pending: 0,
  by: 'nearest',
  nearest: null,
  head: null,
  heldOut: 0,
});

/** Answers when the test says so. */
function slowPort() {
  const waiting: ((result: Result<ProjectStanding>) => void)[] = [];
  const port = {
    learn: vi.fn(() => new Promise<Result<ProjectStanding>>(resolve => waiting.push(resolve))),
    close: vi.fn(() => Promise.resolve()),
  };
  const answer = (result: Result<ProjectStanding>) => waiting.shift()!(result);
  return { port, answer };
}

function see(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}

test('what changed while it learned is learned after, once however often', async () => {
  const { port, answer } = slowPort();
  const learning = createLearning(port);
  onTestFinished(learning.dispose);
  learning.start();
  for (let i = 0; i < 5; i++) learning.start();
  expect(port.learn).toHaveBeenCalledTimes(1);
  answer(ok(standing(5)));
  await expect.poll(() => port.learn.mock.calls.length).toBe(2);
  answer(ok(standing(6)));
  await expect.poll(() => learning.standing.value?.examples).toBe(6);
  expect(port.learn).toHaveBeenCalledTimes(2);
});

test('a hidden page lets go of the worker, and goes on when it is seen', async () => {
  const { port, answer } = slowPort();
  const learning = createLearning(port);
  onTestFinished(learning.dispose);
  learning.start();
  see('hidden');
  expect(port.close).toHaveBeenCalledTimes(1);
  answer(fail(failure('Aborted', 'closed')));
  await expect.poll(() => learning.problem.value).toBe(null);
  learning.start();
  expect(port.learn).toHaveBeenCalledTimes(1);
  see('visible');
  expect(port.learn).toHaveBeenCalledTimes(2);
  answer(ok(standing(5)));
  await expect.poll(() => learning.standing.value?.examples).toBe(5);
});

test('why it does not learn is said, until it does', async () => {
  const { port, answer } = slowPort();
  const learning = createLearning(port);
  onTestFinished(learning.dispose);
  learning.start();
  answer(fail(failure('QuotaExceeded', 'no room')));
  await expect.poll(() => learning.problem.value?.code).toBe('QuotaExceeded');
  learning.start();
  answer(ok(standing(5)));
  await expect.poll(() => learning.problem.value).toBe(null);
});
