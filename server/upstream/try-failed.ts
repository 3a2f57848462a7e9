// What one try at one engine failed of, and what follows from it for the next try and for the engine.
import { type ErrorCode, HaversackError } from '../../src/core/errors.ts';

export interface TryFailure {
  /** What the caller is told where this was the last try. */
  readonly error: HaversackError;
  /**
   * Who may do better: nobody, another, or even the same in a moment. Inference changes nothing, so that trying twice does no
   * harm.
   */
  readonly retry: 'no' | 'elsewhere' | 'again';
  /** What it says of the engine, as far as can be seen: its breaker goes by it. */
  readonly verdict: 'ill' | 'well' | 'unknown';
  /** In one word, for the figures: a status, or what broke. */
  readonly outcome: string;
}

export class TryFailed extends Error implements TryFailure {
  override readonly name = 'TryFailed';
  readonly error: HaversackError;
  readonly retry: TryFailure['retry'];
  readonly verdict: TryFailure['verdict'];
  readonly outcome: string;

  constructor({ error, retry, verdict, outcome }: TryFailure) {
    super(error.message, { cause: error });
    this.error = error;
    this.retry = retry;
    this.verdict = verdict;
    this.outcome = outcome;
  }
}

/** It cannot be reached, or hung up: it may be starting anew. */
export function brokenOff(outcome: string, detail: string, cause?: unknown): TryFailed {
  const error = new HaversackError('UpstreamFailed', detail, { cause });
  return new TryFailed({ error, retry: 'again', verdict: 'ill', outcome });
}

/** What it says is no answer. */
export function nonsense(outcome: string, detail: string): TryFailed {
  const error = new HaversackError('UpstreamFailed', detail);
  return new TryFailed({ error, retry: 'elsewhere', verdict: 'ill', outcome });
}

/** What a status other than 2xx stands for. */
export function refusedBy(status: number, detail: string, retryAfterSeconds: number | null): TryFailed {
  const fail = (error: HaversackError, retry: TryFailure['retry'], verdict: TryFailure['verdict']) =>
    new TryFailed({ error, retry, verdict, outcome: String(status) });
  const after = retryAfterSeconds === null ? {} : { retryAfterSeconds };
  switch (status) {
    case 400:
    case 422:
      return fail(new HaversackError('InputInvalid', detail), 'no', 'well');
    case 413:
      return fail(new HaversackError('TooLarge', detail), 'no', 'well');
    case 404:
      // It may just not have that version.
      return fail(new HaversackError('NotFound', detail), 'elsewhere', 'well');
    case 429:
      return fail(new HaversackError('Overloaded', detail, after), 'elsewhere', 'well');
    case 500:
      // It lives, and says so: what came in may be what it chokes on. Blame would let one caller shut it for all.
      return fail(new HaversackError('UpstreamFailed', detail), 'elsewhere', 'well');
    case 502:
      return fail(new HaversackError('UpstreamFailed', detail), 'again', 'ill');
    case 503:
      return fail(new HaversackError('Unavailable', detail, after), 'again', 'ill');
    case 504:
      return fail(new HaversackError('DeadlineExceeded', detail), 'elsewhere', 'ill');
    default:
      return fail(new HaversackError('UpstreamFailed', detail), 'elsewhere', 'ill');
  }
}

const betterElsewhere: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'Overloaded',
  'Unavailable',
  'DeadlineExceeded',
]);

/**
 * What this server's own sessions failed of. They are full, being loaded, or took longer than their share of the time: another
 * may do better. All else is about the request or the model, and the same elsewhere.
 */
export function failedHere(error: HaversackError): TryFailed {
  const retry = betterElsewhere.has(error.code) ? 'elsewhere' : 'no';
  return new TryFailed({ error, retry, verdict: 'unknown', outcome: error.code });
}
