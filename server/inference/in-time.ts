// Waiting for work that goes on whether somebody waits or not, such as a load that others wait for too.
import { HaversackError } from '../../src/core/errors.ts';

interface Wait {
  /** For messages: `digits@3`. */
  readonly name: string;
  /** What the work does to it. */
  readonly done?: 'loaded' | 'answered';
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

/** @throws HaversackError `DeadlineExceeded`, `Aborted`, and what the work rejects with */
export async function inTime<T>(
  work: Promise<T>,
  { name, done = 'loaded', waitMs, signal }: Wait,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(new HaversackError('DeadlineExceeded', `${name} was not ${done} in ${Math.round(waitMs)} ms`)),
      waitMs,
    );
    stop = () => reject(new HaversackError('Aborted', 'nobody waits for the answer any more'));
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
