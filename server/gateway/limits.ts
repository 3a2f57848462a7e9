// How much: requests a minute, requests at a time, predictions a day, each for one subject. Knows neither callers nor HTTP.
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import type { Limits as LimitNumbers } from '../../src/core/artifact/grant.ts';
import { minuteMs } from '../../src/core/durations.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { DailyUsage } from './daily-usage.ts';
import { LruMap } from './lru-map.ts';
import type { Policy } from './rate-limit-fields.ts';

/** Where minutes are counted: in this memory, or, where several processes answer, in one for all of them. */
export interface Minutes {
  /** Adds one; says how many there are in this minute, the one included, and when it ends. */
  consume(subject: string): Promise<Pick<RateLimiterRes, 'consumedPoints' | 'msBeforeNext'>>;
}

/**
 * Whoever may how much, its requests are only counted here, without a bound: limits differ, and change, while a window lasts.
 * Also the settings for a store that is shared (`RateLimiterCluster`).
 */
export const minuteWindows = {
  points: Number.MAX_SAFE_INTEGER,
  duration: minuteMs / 1000,
  keyPrefix: 'minute',
} as const;

export function minutesInMemory(): Minutes {
  return new RateLimiterMemory(minuteWindows);
}

/** Remembered for whoever looks who is limited. */
const maxLimited = 1_000;
/** How long one that had too many requests at a time counts as limited. */
const atOnceShownMs = 10_000;
/** Nobody knows when one of those that run ends. */
const atOnceRetrySeconds = 1;

/** One whose requests are counted, and what holds for it. */
export interface Counted {
  /** `access-key:…`, `device:…`, `address:…`, `model:…`. */
  readonly subject: string;
  /** Before the names of its policies: `model-`; empty for the caller's own. */
  readonly prefix: string;
  readonly limits: LimitNumbers;
}

export interface Request {
  /** Counts for the day. */
  readonly isPrediction: boolean;
  /** Goes on for as long as somebody listens, and is not one of those at a time. */
  readonly isStream: boolean;
}

export interface Admission {
  /** Null where it may go on. */
  readonly refusal: HaversackError | null;
  /** All that hold for this request. */
  readonly policies: readonly Policy[];
  /** When the request is over; a prediction that `failed` is not counted for the day. Called once. */
  end(failed: boolean): void;
}

/** One that was turned away a moment ago. */
export interface LimitedNow {
  readonly subject: string;
  readonly policy: keyof LimitNumbers;
  readonly limit: number;
  /** Requests that were turned away since it began to be limited. */
  readonly refused: number;
  readonly since: string;
  /** When it may again. */
  readonly until: string;
}

export interface LimitsOptions {
  readonly usage: DailyUsage;
  readonly now: () => Date;
  readonly minutes?: Minutes;
}

export class Limits {
  readonly #usage: DailyUsage;
  readonly #now: () => Date;
  readonly #minutes: Minutes;
  /** Requests that run, by subject; none that has none. */
  readonly #running = new Map<string, number>();
  readonly #limited = new LruMap<string, LimitedNow>(maxLimited);

  constructor({ usage, now, minutes = minutesInMemory() }: LimitsOptions) {
    this.#usage = usage;
    this.#now = now;
    this.#minutes = minutes;
  }

  /** By all of the limits, or not at all: what one had counted before another refused is given back, but for the minute. */
  async admit(one: Counted, request: Request): Promise<Admission> {
    const policies: Policy[] = [];
    const endings: ((failed: boolean) => void)[] = [];
    const refusal =
      this.#enter(one, request, policies, endings) ??
      this.#useDay(one, request, policies, endings) ??
      (await this.#useMinute(one, policies));
    const end = (failed: boolean) => {
      for (const each of endings) each(failed);
    };
    if (refusal === null) return { refusal, policies, end };
    end(true);
    return { refusal, policies, end: () => undefined };
  }

  /** Who was turned away and may not yet again. */
  snapshot(): LimitedNow[] {
    const now = this.#now().toISOString();
    return [...this.#limited.values()].filter(({ until }) => until > now);
  }

  #enter(one: Counted, { isStream }: Request, policies: Policy[], endings: ((failed: boolean) => void)[]) {
    const { subject, limits } = one;
    const quota = limits.atOnce;
    if (quota === null || isStream) return null;
    const running = (this.#running.get(subject) ?? 0) + 1;
    const rest = { windowSeconds: null, resetSeconds: null, quota, remaining: quota - running };
    policies.push({ name: `${one.prefix}at-once`, ...rest });
    if (running > quota) return this.#refuse(one, 'atOnce', atOnceRetrySeconds);
    this.#running.set(subject, running);
    endings.push(() => this.#leave(subject));
    return null;
  }

  #leave(subject: string): void {
    const running = this.#running.get(subject)! - 1;
    if (running === 0) this.#running.delete(subject);
    else this.#running.set(subject, running);
  }

  #useDay(
    one: Counted,
    { isPrediction }: Request,
    policies: Policy[],
    endings: ((failed: boolean) => void)[],
  ) {
    const { subject, limits } = one;
    const quota = limits.perDay;
    if (quota === null || !isPrediction) return null;
    const used = this.#usage.of(subject) + 1;
    const resetSeconds = this.#usage.secondsLeft();
    policies.push({
      name: `${one.prefix}day`,
      quota,
      windowSeconds: 86_400,
      remaining: quota - used,
      resetSeconds,
    });
    if (used > quota) return this.#refuse(one, 'perDay', resetSeconds);
    this.#usage.add(subject, 1);
    endings.push(failed => {
      if (failed) this.#usage.add(subject, -1);
    });
    return null;
  }

  async #useMinute(one: Counted, policies: Policy[]): Promise<HaversackError | null> {
    const { subject, limits } = one;
    const quota = limits.perMinute;
    if (quota === null) return null;
    const { consumedPoints, msBeforeNext } = await this.#minutes.consume(subject);
    const resetSeconds = msBeforeNext / 1000;
    policies.push({
      name: `${one.prefix}minute`,
      quota,
      windowSeconds: minuteWindows.duration,
      remaining: quota - consumedPoints,
      resetSeconds,
    });
    return consumedPoints > quota ? this.#refuse(one, 'perMinute', resetSeconds) : null;
  }

  #refuse(
    { subject, limits }: Counted,
    policy: keyof LimitNumbers,
    retryAfterSeconds: number,
  ): HaversackError {
    const limit = limits[policy]!;
    const now = this.#now();
    const key = `${subject} ${policy}`;
    const before = this.#limited.get(key);
    const isStill = before !== undefined && before.until > now.toISOString();
    const lastsMs = policy === 'atOnce' ? atOnceShownMs : retryAfterSeconds * 1000;
    this.#limited.set(key, {
      subject,
      policy,
      limit,
      refused: isStill ? before.refused + 1 : 1,
      since: isStill ? before.since : now.toISOString(),
      until: new Date(now.getTime() + lastsMs).toISOString(),
    });
    const code = policy === 'perDay' ? 'QuotaSpent' : 'TooManyRequests';
    return new HaversackError(code, `${subject}: ${inWords[policy](limit)}`, { retryAfterSeconds });
  }
}

const inWords: Readonly<Record<keyof LimitNumbers, (limit: number) => string>> = {
  perMinute: limit => `at most ${limit} requests a minute`,
  atOnce: limit => `at most ${limit} requests at a time`,
  perDay: limit => `at most ${limit} predictions a day (UTC)`,
};
