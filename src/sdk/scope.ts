// How long one call may take, and who may end it.
import { startDeadline } from '../client/deadline.ts';
import { ClientError, clientError } from './client-error.ts';
import type { CallOptions } from './types.ts';

export interface Scope {
  /** Fires when the caller stops or the time is over. */
  readonly signal: AbortSignal;
  readonly leftMs: () => number;
  /** What was thrown within, as an error of the client; `otherwise` is what it means where nobody ended it. */
  readonly explain: (thrown: unknown, otherwise: 'Offline' | 'Internal') => ClientError;
}

/** Runs `work`; rejects as soon as the caller stops or the time is over, whatever `work` still does. */
export async function within<T>(
  { signal: outer, timeoutMs }: CallOptions & { readonly timeoutMs: number },
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(timeoutMs, outer);
  const started = performance.now();
  const scope: Scope = {
    signal: deadline.signal,
    leftMs: () => timeoutMs - (performance.now() - started),
    explain: (thrown, otherwise) => {
      if (thrown instanceof ClientError) return thrown;
      if (outer?.aborted) return clientError('Aborted', 'by the caller', thrown);
      if (deadline.expired())
        return clientError('DeadlineExceeded', `no answer within ${timeoutMs} ms`, thrown);
      return clientError(otherwise, reasonOf(thrown), thrown);
    },
  };
  try {
    return await Promise.race([work(scope), ended(deadline.signal)]);
  } catch (thrown) {
    throw scope.explain(thrown, 'Internal');
  } finally {
    deadline.end();
  }
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** Node's fetch says only "fetch failed", and why in its cause. */
export function reasonOf(thrown: unknown): string {
  const { message = String(thrown), cause } = Object(thrown) as Partial<Error>;
  const deeper = Object(cause) as { message?: string; code?: string };
  return deeper.message || deeper.code || message;
}
