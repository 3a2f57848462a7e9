import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startDeadline } from '../../src/client/deadline.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('fires when nothing happened for its time', () => {
  const deadline = startDeadline(1000, undefined);
  vi.advanceTimersByTime(999);
  expect(deadline.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(deadline.signal.aborted).toBe(true);
  expect(deadline.expired()).toBe(true);
});

it('starts anew when it is touched', () => {
  const deadline = startDeadline(1000, undefined);
  vi.advanceTimersByTime(900);
  deadline.touch();
  vi.advanceTimersByTime(900);
  expect(deadline.signal.aborted).toBe(false);
});

it('fires with the caller, and does not call that expired', () => {
  const caller = new AbortController();
  const deadline = startDeadline(1000, caller.signal);
  caller.abort();
  expect(deadline.signal.aborted).toBe(true);
  expect(deadline.expired()).toBe(false);
});

it('has fired where the caller had stopped before', () => {
  expect(startDeadline(1000, AbortSignal.abort()).signal.aborted).toBe(true);
});

it('leaves neither a timer nor a listener when it has ended', () => {
  const caller = new AbortController();
  const deadline = startDeadline(1000, caller.signal);
  deadline.end();
  expect(vi.getTimerCount()).toBe(0);
  caller.abort();
  expect(deadline.signal.aborted).toBe(false);
});
