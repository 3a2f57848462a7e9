// Load by schedule: requests leave when they are due, whether or not those before them have been answered, and how long one took
// counts from when it was due. Who answers slowly is asked no less for it (no coordinated omission).
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../../src/core/data/random.ts';
import { quantiles } from './closed-loop.ts';
import { Connection, type Reply } from './connection.ts';

/** Open at a time; what is due and finds none counts as failed, as it does for a client without sockets. */
const maxConnections = 2_048;
const seed = 20_261_126;

export interface OpenLoad {
  readonly port: number;
  readonly requests: readonly Buffer[];
  /** On average; when each is due is by chance, as people are (a Poisson process), and the same in each run. */
  readonly perSecond: number;
  readonly milliseconds: number;
  /** An answer that comes later than this after it was due is worth nothing. */
  readonly deadlineMs: number;
}

export interface OpenResult {
  readonly due: number;
  /** 200, in time. */
  readonly good: number;
  readonly late: number;
  /** 429 or 503. */
  readonly shed: number;
  /** Of those. */
  readonly shedWithoutRetryAfter: number;
  /** 504: given up by the server. */
  readonly givenUp: number;
  /** By what came instead. */
  readonly failed: Readonly<Record<string, number>>;
  readonly goodPerSecond: number;
  /** Of what was good, and of what was shed. */
  readonly goodP99Ms: number;
  readonly shedP99Ms: number;
}

export async function openLoop(load: OpenLoad): Promise<OpenResult> {
  const run = new Run(load);
  await run.connect(64);
  await run.send();
  run.close();
  return run.result();
}

class Run {
  readonly #load: OpenLoad;
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #goodMs: number[] = [];
  readonly #shedMs: number[] = [];
  readonly #failed = new Map<string, number>();
  #late = 0;
  #givenUp = 0;
  #shedWithoutRetryAfter = 0;
  #due = 0;

  constructor(load: OpenLoad) {
    this.#load = load;
  }

  async connect(count: number): Promise<void> {
    for (let nth = 0; nth < count; nth++) this.#free.push(await this.#open());
  }

  /** Resolves when all that were due have been answered. */
  async send(): Promise<void> {
    const { milliseconds, perSecond } = this.#load;
    const random = seededRandom(seed);
    const began = performance.now();
    const answers: Promise<void>[] = [];
    for (let due = gapMs(random, perSecond); due < milliseconds; due += gapMs(random, perSecond)) {
      // Timers are no finer than a millisecond, and may be early by a part of one; what is due together leaves together.
      for (let wait; (wait = began + due - performance.now()) > 0;) await sleep(Math.ceil(wait));
      answers.push(this.#one(began + due, this.#due++));
    }
    await Promise.all(answers);
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }

  result(): OpenResult {
    return {
      due: this.#due,
      good: this.#goodMs.length,
      late: this.#late,
      shed: this.#shedMs.length,
      shedWithoutRetryAfter: this.#shedWithoutRetryAfter,
      givenUp: this.#givenUp,
      failed: Object.fromEntries(this.#failed),
      goodPerSecond: (this.#goodMs.length * 1000) / this.#load.milliseconds,
      goodP99Ms: quantiles(this.#goodMs).p99Ms,
      shedP99Ms: quantiles(this.#shedMs).p99Ms,
    };
  }

  async #one(dueAt: number, nth: number): Promise<void> {
    try {
      const connection = this.#free.pop() ?? (await this.#open());
      const reply = await connection.ask(this.#load.requests[nth % this.#load.requests.length]!);
      if (connection.isFree) this.#free.push(connection);
      else this.#all.delete(connection);
      this.#count(reply, performance.now() - dueAt);
    } catch (thrown) {
      this.#fail(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  #count({ status, retryAfterSeconds }: Reply, tookMs: number): void {
    if (status === 200) {
      if (tookMs <= this.#load.deadlineMs) this.#goodMs.push(tookMs);
      else this.#late += 1;
    } else if (status === 429 || status === 503) {
      this.#shedMs.push(tookMs);
      if (retryAfterSeconds === null) this.#shedWithoutRetryAfter += 1;
    } else if (status === 504) {
      this.#givenUp += 1;
    } else {
      this.#fail(`${status}`);
    }
  }

  #fail(what: string): void {
    this.#failed.set(what, (this.#failed.get(what) ?? 0) + 1);
  }

  async #open(): Promise<Connection> {
    if (this.#all.size >= maxConnections) throw new Error('no connection left');
    const connection = await Connection.open(this.#load.port);
    this.#all.add(connection);
    return connection;
  }
}

/** Between two arrivals of a Poisson process. */
function gapMs(random: Random, perSecond: number): number {
  return (-Math.log(1 - random.uniform()) * 1000) / perSecond;
}
