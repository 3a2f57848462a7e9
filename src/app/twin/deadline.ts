// How long a question may take on a device: as the caller says, by a header or by the request's own parameter.
import { HaversackError } from '../../core/errors.ts';
import type { InferRequest } from '../../core/protocol/infer-request.ts';
import type { InferContext } from '../../core/serve/service.ts';

/** As on the server, where nobody says. */
export const defaultTimeoutMs = 30_000;

/** @throws HaversackError `DeadlineExceeded`, and what `work` throws */
export async function withDeadline<T>(
  { parameters }: Pick<InferRequest, 'parameters'>,
  { signal, timeoutMs }: InferContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ms = Math.min(timeoutMs ?? defaultTimeoutMs, microseconds(parameters['timeout']) / 1000);
  const controller = new AbortController();
  const expire = () => controller.abort(new HaversackError('DeadlineExceeded', `allowed were ${ms} ms`));
  const timer = setTimeout(expire, ms);
  const stop = () => controller.abort(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** As Triton has it (extension_schedule_policy.md); 0 is none. */
function microseconds(timeout: unknown): number {
  return typeof timeout === 'number' && timeout > 0 ? timeout : Infinity;
}
