import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followNews, lookAgainMs, type NewsOptions, seldomMs } from '../../../src/app/state/admin-news.ts';
import type { RegistryEvent } from '../../../src/core/artifact/registry-api.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const news: RegistryEvent = { type: 'version', model: 'digits', version: 2 };

/** A line that the test talks into and cuts. */
function follow() {
  const left = new AbortController();
  const lines: { tell: () => void; cut: () => void }[] = [];
  const look = vi.fn(() => Promise.resolve());
  const events: NewsOptions['events'] = ({ signal, onEvent }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => resolve());
      lines.push({ tell: () => onEvent(news), cut: () => reject(new Error('line')) });
    });
  const ended = followNews({ events, look, signal: left.signal });
  return { look, lines, ended, leave: () => left.abort() };
}

test('looks at once, and again soon after news; many of them are one look', async () => {
  const { look, lines } = follow();
  expect(look).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 100; i += 1) lines[0]!.tell();
  await vi.advanceTimersByTimeAsync(lookAgainMs);
  expect(look).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(lookAgainMs);
  lines[0]!.tell();
  await vi.advanceTimersByTimeAsync(0);
  expect(look).toHaveBeenCalledTimes(3);
});

test('without news it looks seldom', async () => {
  const { look } = follow();
  await vi.advanceTimersByTimeAsync(seldomMs - 1);
  expect(look).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(look).toHaveBeenCalledTimes(2);
});

test('a line that broke is looked past, and laid again', async () => {
  const { look, lines } = follow();
  lines[0]!.cut();
  await vi.advanceTimersByTimeAsync(lookAgainMs);
  expect(look).toHaveBeenCalledTimes(2);
  expect(lines).toHaveLength(2);
  lines[1]!.tell();
  await vi.advanceTimersByTimeAsync(lookAgainMs);
  expect(look).toHaveBeenCalledTimes(3);
});

test('who has left looks no more', async () => {
  const { look, lines, ended, leave } = follow();
  lines[0]!.tell();
  leave();
  await vi.advanceTimersByTimeAsync(2 * seldomMs);
  await ended;
  expect(look).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});
