// A signal that also fires when nothing has happened for a while; every request of the SDK runs under one.

/** One request's clock. `touch` starts it anew (a byte arrived); `end` must be called, whatever happened. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether it fired because of the clock, not because the caller stopped. */
  readonly expired: () => boolean;
  readonly touch: () => void;
  readonly end: () => void;
}

/** `AbortSignal.any` and `AbortSignal.timeout` cannot be touched, and Safari before 17.4 lacks the first. */
export function startDeadline(ms: number, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let expired = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = () => controller.abort(outer?.reason);
  const touch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      expired = true;
      controller.abort();
    }, ms);
  };

  if (outer?.aborted) stop();
  else outer?.addEventListener('abort', stop, { once: true });
  touch();
  return {
    signal: controller.signal,
    expired: () => expired,
    touch,
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', stop);
    },
  };
}
