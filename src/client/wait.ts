// Waiting before trying again: longer each time, and never in step with others. Knows no errors: who waits says what an end of it
// means.

/** Doubles from `firstMs` to `maxMs`, then half to all of it at random ("equal jitter"). */
export function backoffMs(attempt: number, firstMs: number, maxMs: number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (Math.random() * full) / 2;
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>(resolve => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
