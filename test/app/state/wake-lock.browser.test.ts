import { afterEach, expect, test, vi } from 'vitest';
import { keepAwake } from '../../../src/app/state/wake-lock.ts';

afterEach(() => vi.restoreAllMocks());

/** What the system gives; what it does with the screen is its own. */
function locks() {
  const given: { released: boolean }[] = [];
  vi.spyOn(navigator.wakeLock, 'request').mockImplementation(() => {
    const lock = { released: false };
    given.push(lock);
    const release = () => {
      lock.released = true;
      return Promise.resolve();
    };
    return Promise.resolve({ release } as WakeLockSentinel);
  });
  return given;
}

function look(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  document.dispatchEvent(new Event('visibilitychange'));
}

test('holds the screen until it is told, and takes it again when the page is seen again', async () => {
  const given = locks();
  look('visible');
  const letGo = keepAwake();
  await expect.poll(() => given.length).toBe(1);
  look('hidden');
  look('visible');
  await expect.poll(() => given.length).toBe(2);
  letGo();
  await expect.poll(() => given[1]!.released).toBe(true);
  look('visible');
  expect(given.length).toBe(2);
});

test('a lock that comes after it was let go of is given back', async () => {
  const given = locks();
  look('visible');
  keepAwake()();
  await expect.poll(() => given.map(({ released }) => released)).toEqual([true]);
});

test('a system that refuses ends nothing', async () => {
  const request = vi
    .spyOn(navigator.wakeLock, 'request')
    .mockRejectedValue(new DOMException('', 'NotAllowedError'));
  look('visible');
  const letGo = keepAwake();
  await expect.poll(() => request.mock.calls.length).toBe(1);
  expect(letGo).not.toThrow();
});
