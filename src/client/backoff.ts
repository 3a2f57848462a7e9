// Waiting before trying again: longer each time, never in step with other devices, ended by a signal.
import { HaversackError } from '../core/errors.ts';

/** Doubles from `firstMs` to `maxMs`, then half to all of it at random ("equal jitter"). */
export function backoffMs(attempt: number, firstMs: number, maxMs: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (Math.random() * full) / 2;
}

/** @throws HaversackError `Aborted` as soon as `signal` does */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>(resolve => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
  throwIfAborted(signal);
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new HaversackError('Aborted', 'stopped');
}
