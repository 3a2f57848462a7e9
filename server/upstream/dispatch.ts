// One request among those that can answer it: chosen, tried, and tried elsewhere where that can help and there is time.
import { setTimeout as sleep } from 'node:timers/promises';
import { HaversackError } from '../../src/core/errors.ts';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import type { Answered, InferContext, Resolved } from '../../src/core/serve/service.ts';
import type { Answerer } from './answerer.ts';
import { choose } from './choose.ts';
import type { RetryBudget } from './retry-budget.ts';
import { TryFailed } from './try-failed.ts';

const maxTries = 5;
/** Before one that failed already is asked again: doubled each time, and spread. */
const firstPauseMs = 50;
/** Where nobody can say when. */
const defaultRetryAfterSeconds = 1;

export interface Job {
  readonly version: Resolved;
  readonly request: InferRequest;
  readonly context: InferContext;
  /** From now. */
  readonly timeoutMs: number;
  /** Whether that is the model's own deadline, or most of it, and not a caller's in a greater hurry. */
  readonly isOwnDeadline: boolean;
}

export interface DispatchTools {
  readonly budget: RetryBudget;
  readonly nowMs: () => number;
  readonly random: () => number;
}

/**
 * @param answerers those that take the version
 * @throws HaversackError what the last try failed of; `Overloaded` or `Unavailable` where nobody may be asked; `Aborted`
 */
export async function dispatch(
  answerers: readonly Answerer[],
  job: Job,
  { budget, nowMs, random }: DispatchTools,
): Promise<Answered> {
  const until = nowMs() + job.timeoutMs;
  const tried = new Set<Answerer>();
  let last: TryFailed | null = null;
  budget.deposit();
  for (let count = 1; ; count += 1) {
    const untried = remaining(answerers, tried);
    const next = pick(untried, random) ?? pick(answerers, random);
    if (!next) throw last?.error ?? nobody(answerers);
    const leftMs = until - nowMs();
    const hasOthers = untried.some(other => other !== next && other.standing === 'well');
    try {
      return await next.attempt(job.version, job.request, {
        ...job.context,
        // One that hangs must leave the others time to answer.
        timeoutMs: hasOthers ? leftMs / 2 : leftMs,
        arrivedAt: nowMs(),
        isFairTimeout: job.isOwnDeadline && tried.size === 0,
        isHurried: !job.isOwnDeadline,
      });
    } catch (thrown) {
      const failed = failureOf(thrown, job.context.signal);
      tried.add(next);
      last = failed;
      const isElsewhere = pick(remaining(answerers, tried), random) !== null;
      const pauseMs = isElsewhere ? 0 : firstPauseMs * 2 ** (count - 1) * (0.5 + random());
      const canHelp = failed.retry === 'again' || (failed.retry === 'elsewhere' && isElsewhere);
      if (!canHelp || count === maxTries || nowMs() + pauseMs >= until || !budget.withdraw())
        throw failed.error;
      if (pauseMs > 0) await pause(pauseMs, job.context.signal);
    }
  }
}

function remaining(answerers: readonly Answerer[], tried: ReadonlySet<Answerer>): readonly Answerer[] {
  return answerers.filter(answerer => !tried.has(answerer));
}

/** Those whose checks fail are asked only where no other may be: checks can be wrong, no answer is wrong in any case. */
function pick(answerers: readonly Answerer[], random: () => number): Answerer | null {
  const well = answerers.filter(({ standing }) => standing === 'well');
  return choose(well.length > 0 ? well : answerers.filter(({ standing }) => standing === 'ill'), random);
}

/** @throws HaversackError `Aborted` where the caller went; what is no failure of a try */
function failureOf(thrown: unknown, signal: AbortSignal): TryFailed {
  if (thrown instanceof TryFailed) return thrown;
  if (signal.aborted) throw asAborted(thrown);
  throw thrown;
}

function asAborted(reason: unknown): unknown {
  return reason instanceof HaversackError ? reason : new HaversackError('Aborted', 'the caller went');
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw asAborted(signal.reason);
  }
}

function nobody(answerers: readonly Answerer[]): HaversackError {
  const waits = answerers.flatMap(({ waitMs }) => waitMs ?? []);
  if (waits.length === 0) {
    return new HaversackError('Unavailable', 'everything that answers for this model is being drained');
  }
  const retryAfterSeconds = Math.min(...waits) / 1000 || defaultRetryAfterSeconds;
  // One that may be asked by its breaker and still may not is full.
  return waits.includes(0)
    ? new HaversackError('Overloaded', 'all upstreams of this model are full', { retryAfterSeconds })
    : new HaversackError('UpstreamFailed', 'all upstreams of this model fail', { retryAfterSeconds });
}
