// Those who wait for one version: in order, no more than may, no longer than they want; and who runs with whom.
import { HaversackError, toFailure } from '../../src/core/errors.ts';
import type { TensorMap } from '../../src/core/tensor.ts';
import { joinRows, rowShapeOf, rowsOf, splitRows } from './join-rows.ts';
import { PaceKeeper } from './pace.ts';
import type { RunCost } from './run-cost.ts';
import type { Runner } from './runner.ts';
import { ThreadDied } from './session-threads.ts';
import { type Asked, type Ran, sizeOf, tooLate, Waiting, whyNot } from './waiting.ts';

/** Inputs of one batch, joined: a copy is made of them. */
const maxJoinedElements = 2 ** 22;
/**
 * And as long, by what runs cost when the version was loaded: more rows in a run that fills the cores gain nothing, and the first
 * waits for the last.
 */
const maxJoinedMs = 50;
/**
 * Who is let in is thought to be answered in so much of the time it has. How long it takes is known from what was before, which is
 * off by a half now and then: without room for that, a queue as long as the deadline answers everybody just too late.
 */
const shareOfTime = 0.6;
/** A run whose thread died is tried again: it may have died of another's. Not for ever: it may be this one. */
const maxTries = 3;

export interface QueueLimits {
  readonly maxBatch: number;
  readonly maxDelayMs: number;
  readonly maxQueue: number;
}

/** What the queue tells while it works. */
export interface QueueEvents {
  /** So many more wait, or fewer. */
  waiting(change: number): void;
  batch(requests: number, rows: number, seconds: number): void;
}

export interface QueueOptions {
  /** For messages: `digits@3`. */
  readonly name: string;
  readonly runner: Runner;
  /** Asked anew each time: they may change. */
  readonly limits: () => QueueLimits;
  readonly events: QueueEvents;
}

export class RequestQueue {
  readonly #options: QueueOptions;
  readonly #pace = new PaceKeeper();
  #waiting: Waiting[] = [];
  readonly #running = new Set<readonly Waiting[]>();
  #scheduled: NodeJS.Immediate | null = null;
  #delay: NodeJS.Timeout | null = null;
  #watch: { readonly at: number; readonly timer: NodeJS.Timeout } | null = null;
  #whenIdle: (() => void)[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#waiting.length > 0 || this.#running.size > 0;
  }

  /**
   * Feeds fit the model; they stay the caller's, and must not be changed before the answer.
   * @throws HaversackError `Overloaded`, `DeadlineExceeded`, `Aborted`, and as `Session.run`
   */
  ask(asked: Asked): Promise<Ran> {
    const now = performance.now();
    const refusal = whyNot(asked, now) ?? this.whyFull(asked.deadlineAt, now);
    if (refusal) return Promise.reject(refusal);
    const { runner, events } = this.#options;
    const rows = rowsOf(asked.feeds);
    const shape = runner.joins && rows !== null && rows > 0 ? rowShapeOf(runner.inputs, asked.feeds) : null;
    const waiting = new Waiting(asked, now, rows ?? 1, shape);
    this.#waiting.push(waiting);
    events.waiting(1);
    this.#watchDeadline(asked.deadlineAt, now);
    this.#schedule();
    return new Promise<Ran>((resolve, reject) => {
      waiting.resolve = resolve;
      waiting.reject = reject;
    });
  }

  /** Resolves when nobody waits and nothing runs. */
  idle(): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    return new Promise(resolve => this.#whenIdle.push(resolve));
  }

  /**
   * Full, or so long that it would be late: told at once, while there is time to ask elsewhere. Null where there is room.
   * @param deadlineAt and `now` on `performance.now()`'s clock
   */
  whyFull(deadlineAt: number, now: number): HaversackError | null {
    const { name, limits } = this.#options;
    const { maxQueue } = limits();
    if (this.#waiting.length >= maxQueue) this.#dropWhoLeft(now);
    const waiting = this.#waiting.length;
    const ahead = waiting + this.#runningNow();
    const waitMs = this.#pace.waitMs(ahead);
    const retry = { retryAfterSeconds: waitMs / 1000 };
    if (waiting >= maxQueue) {
      return new HaversackError(
        'Overloaded',
        `${waiting} requests wait for ${name}, at most ${maxQueue} may.`,
        retry,
      );
    }
    if (ahead > 0 && waitMs > shareOfTime * (deadlineAt - now)) {
      return new HaversackError(
        'Overloaded',
        `${ahead} requests are before it at ${name}: it would take ${Math.round(waitMs)} ms and has ${Math.round(deadlineAt - now)}.`,
        retry,
      );
    }
    return null;
  }

  #runningNow(): number {
    let running = 0;
    for (const batch of this.#running) running += batch.length;
    return running;
  }

  /** In a moment, so that all whose requests came in together are there. */
  #schedule(): void {
    if (this.#scheduled || this.#running.size >= this.#options.runner.width) return;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = null;
      this.#begin();
    });
  }

  #begin(): void {
    const now = performance.now();
    while (this.#running.size < this.#options.runner.width && !this.#waitsForOthers(now)) {
      const batch = this.#takeBatch(now);
      if (batch.length === 0) break;
      void this.#run(batch);
    }
    this.#tellIdle();
  }

  /** Whether the first is to wait for company, as its model's settings say. */
  #waitsForOthers(now: number): boolean {
    const { maxDelayMs, maxBatch } = this.#options.limits();
    const first = this.#waiting[0];
    if (maxDelayMs === 0 || !first || first.shape === null || this.#waiting.length >= maxBatch) return false;
    const leftMs = Math.min(first.arrivedAt + maxDelayMs, first.deadlineAt) - now;
    if (leftMs <= 0) return false;
    this.#delay ??= setTimeout(() => {
      this.#delay = null;
      this.#begin();
    }, leftMs);
    return true;
  }

  /** The first, and those behind it that may run with it; the others keep their places, and who left loses it. */
  #takeBatch(now: number): Waiting[] {
    const { maxBatch } = this.#options.limits();
    const mostElements = mostJoined(this.#options.runner.cost);
    const before = this.#waiting.length;
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    let elements = 0;
    for (const waiting of this.#waiting) {
      if (this.#hasLeft(waiting, now) || this.#wouldBeLate(waiting, now)) continue;
      const size = sizeOf(waiting);
      const first = batch[0] ?? waiting;
      const fits = first === waiting || (first.shape !== null && waiting.shape === first.shape);
      if (fits && batch.length < maxBatch && (first === waiting || elements + size <= mostElements)) {
        batch.push(waiting);
        elements += size;
      } else {
        rest.push(waiting);
      }
    }
    this.#waiting = rest;
    this.#options.events.waiting(rest.length - before);
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.#running.add(batch);
    const started = performance.now();
    try {
      const answers = await this.#compute(batch);
      const ms = performance.now() - started;
      this.#pace.ran(batch.length, ms / this.#options.runner.width);
      const rows = batch.reduce((sum, each) => sum + each.rows, 0);
      this.#options.events.batch(batch.length, rows, ms / 1000);
      batch.forEach((each, i) => each.answer({ outputs: answers[i]!, ms }));
    } catch (error) {
      this.#failed(batch, error);
    } finally {
      this.#running.delete(batch);
      this.#schedule();
      this.#tellIdle();
    }
  }

  async #compute(batch: readonly Waiting[]): Promise<readonly TensorMap[]> {
    const { runner } = this.#options;
    for (const each of batch) each.tries++;
    if (batch.length === 1) return [await runner.run(batch[0]!.feeds, false)];
    const outputs = await runner.run(joinRows(batch.map(({ feeds }) => feeds)), true);
    return splitRows(
      outputs,
      batch.map(({ rows }) => rows),
    );
  }

  /** One bad request fails alone: those that ran together run again, each by itself. */
  #failed(batch: readonly Waiting[], error: unknown): void {
    const again: Waiting[] = [];
    for (const each of batch) {
      const mayBeAnothers = batch.length > 1 || (error instanceof ThreadDied && each.tries < maxTries);
      if (each.settled) continue;
      if (mayBeAnothers) again.push(each);
      else each.fail(asRunError(error));
    }
    for (const each of again) each.shape = null;
    this.#waiting.unshift(...again);
    this.#options.events.waiting(again.length);
  }

  /** Nobody waits for these any more: they never run. */
  #dropWhoLeft(now: number): void {
    const stay = this.#waiting.filter(each => !this.#hasLeft(each, now));
    this.#options.events.waiting(stay.length - this.#waiting.length);
    this.#waiting = stay;
  }

  #hasLeft(waiting: Waiting, now: number): boolean {
    const reason = waiting.settled ? null : whyNot(waiting, now);
    if (reason) waiting.fail(reason);
    return waiting.settled;
  }

  /** A run that nobody will have use of would only make the next late too. */
  #wouldBeLate(waiting: Waiting, now: number): boolean {
    const isLate = now + this.#pace.msPerRequest > waiting.deadlineAt;
    if (!isLate) return false;
    waiting.fail(tooLate());
    this.#pace.doubted();
    return true;
  }

  /** One timer for all: most deadlines are equally far away, and few are ever reached. */
  #watchDeadline(at: number, now: number): void {
    if (at === Infinity || (this.#watch && this.#watch.at <= at)) return;
    if (this.#watch) clearTimeout(this.#watch.timer);
    const timer = setTimeout(() => this.#endLate(), Math.ceil(at - now)).unref();
    this.#watch = { at, timer };
  }

  /** Also those that run: their callers are told in time, whatever becomes of the run. */
  #endLate(): void {
    this.#watch = null;
    const now = performance.now();
    let next = Infinity;
    for (const each of [...this.#waiting, ...[...this.#running].flat()]) {
      if (!this.#hasLeft(each, now)) next = Math.min(next, each.deadlineAt);
    }
    this.#dropWhoLeft(now);
    if (next < Infinity) this.#watchDeadline(next, now);
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.isBusy) return;
    const told = this.#whenIdle;
    this.#whenIdle = [];
    for (const tell of told) tell();
  }
}

function mostJoined(cost: RunCost | null): number {
  if (!cost || cost.msPerElement === 0) return maxJoinedElements;
  return Math.min(maxJoinedElements, (maxJoinedMs - cost.fixedMs) / cost.msPerElement);
}

function asRunError(error: unknown): Error {
  if (error instanceof HaversackError) return error;
  if (error instanceof ThreadDied) {
    return new HaversackError('RuntimeFailed', `the thread that ran it died: ${error.message}`, {
      cause: error,
    });
  }
  const { code, detail } = toFailure(error);
  return new HaversackError(code, detail, { cause: error });
}
