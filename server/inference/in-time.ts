// Waiting for work that goes on whether somebody waits or not, such as a load that others wait for too.
import { HaversackError } from '../../src/core/errors.ts';

/** @throws HaversackError `DeadlineExceeded`, `Aborted`, and what the work rejects with */
export async function inTime<T>(
  work: Promise<T>,
  { name, waitMs, signal }: { readonly name: string; readonly waitMs: number; readonly signal?: AbortSignal },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop = () => {};
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(new HaversackError('DeadlineExceeded', `${name} was not loaded in ${Math.round(waitMs)} ms`)),
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
