// What one try at one engine failed of, and what follows from it for the next try and for the engine.
import { HaversackError } from '../../src/core/errors.ts';

export interface TryFailure {
  /** What the caller is told where this was the last try. */
  readonly error: HaversackError;
  /** Whether another engine may do better. Inference changes nothing, so that trying twice does no harm. */
  readonly retry: boolean;
  /** Whether the engine is at fault, as far as can be seen: its breaker counts it. */
  readonly blame: boolean;
  /** In one word, for the figures: a status, or what broke. */
  readonly outcome: string;
}

export class TryFailed extends Error implements TryFailure {
  override readonly name = 'TryFailed';
  readonly error: HaversackError;
  readonly retry: boolean;
  readonly blame: boolean;
  readonly outcome: string;

  constructor({ error, retry, blame, outcome }: TryFailure) {
    super(error.message, { cause: error });
    this.error = error;
    this.retry = retry;
    this.blame = blame;
    this.outcome = outcome;
  }
}

/** It cannot be reached, hung up, or says what is no answer. */
export function broken(outcome: string, detail: string, cause?: unknown): TryFailed {
  const error = new HaversackError('UpstreamFailed', detail, cause === undefined ? {} : { cause });
  return new TryFailed({ error, retry: true, blame: true, outcome });
}

/** What a status other than 2xx stands for. */
export function refusedBy(status: number, detail: string, retryAfterSeconds: number | null): TryFailed {
  const fail = (error: HaversackError, retry: boolean, blame: boolean) =>
    new TryFailed({ error, retry, blame, outcome: String(status) });
  const after = retryAfterSeconds === null ? {} : { retryAfterSeconds };
  switch (status) {
    case 400:
    case 422:
      return fail(new HaversackError('InputInvalid', detail), false, false);
    case 413:
      return fail(new HaversackError('TooLarge', detail), false, false);
    case 404:
      // It may just not have that version: whoever is next is asked.
      return fail(new HaversackError('NotFound', detail), true, false);
    case 429:
      return fail(new HaversackError('Overloaded', detail, after), true, false);
    case 500:
      // It lives, and says so: what came in may be what it chokes on. Blame would let one caller shut it for all.
      return fail(new HaversackError('UpstreamFailed', detail), true, false);
    case 503:
      return fail(new HaversackError('Unavailable', detail, after), true, true);
    case 504:
      return fail(new HaversackError('DeadlineExceeded', detail), true, true);
    default:
      return fail(new HaversackError('UpstreamFailed', detail), true, true);
  }
}

/**
 * What this server's own sessions failed of. They are full, or being loaded: another may have room. All else is about the
 * request or the model, and the same elsewhere.
 */
export function failedHere(error: HaversackError): TryFailed {
  const retry = error.code === 'Overloaded' || error.code === 'Unavailable';
  return new TryFailed({ error, retry, blame: false, outcome: error.code });
}
