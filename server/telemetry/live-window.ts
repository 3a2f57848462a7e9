// The last two minutes, second by second: what was counted meanwhile, told from what had been counted before. Costs the requests
// nothing: it looks at the counts from a timer.
import {
  type Live,
  type LiveModel,
  type LiveNow,
  liveNowSeconds,
  liveSeconds,
  maxLiveModels,
} from '../../src/core/artifact/live-api.ts';
import { unknownLabel } from './counting-meter.ts';
import { type Families, metricList } from './metric-list.ts';
import { quantileOf } from './quantile.ts';
import { Since } from './since.ts';

const { bounds } = metricList.latency;

/** What happened to a model in a stretch of time. */
class Tally {
  requests = 0;
  errors = 0;
  runs = 0;
  batched = 0;
  hits = 0;
  looks = 0;
  shed = 0;
  readonly latency = new Float64Array(bounds.length + 1);

  addAnswers(latency: ArrayLike<number>, count: number, isError: boolean): void {
    this.requests += count;
    if (isError) this.errors += count;
    for (let i = 0; i < latency.length; i++) this.latency[i]! += latency[i]!;
  }

  join(other: Tally): void {
    this.addAnswers(other.latency, other.requests, false);
    this.errors += other.errors;
    this.runs += other.runs;
    this.batched += other.batched;
    this.hits += other.hits;
    this.looks += other.looks;
    this.shed += other.shed;
  }
}

/** HTTP requests of all kinds. */
interface Http {
  readonly all: number;
  /** 4xx */
  readonly refused: number;
  /** 5xx */
  readonly failed: number;
}

interface Second {
  /** How long it was: a loop that was held up makes one of several. */
  readonly seconds: number;
  readonly http: Http;
  readonly models: ReadonlyMap<string, Tally>;
}

export interface LiveWindowOptions {
  readonly families: Families;
  readonly now: () => Date;
  /** A clock that only goes forward, in ms. */
  readonly clockMs?: () => number;
}

export class LiveWindow {
  readonly #families: Families;
  readonly #now: () => Date;
  readonly #clockMs: () => number;
  readonly #since = new Since();
  /** Oldest first, at most `liveSeconds`. */
  readonly #seconds: Second[] = [];
  readonly #beganMs: number;
  #lastMs: number;
  #timer: NodeJS.Timeout | null = null;

  constructor({ families, now, clockMs = () => performance.now() }: LiveWindowOptions) {
    this.#families = families;
    this.#now = now;
    this.#clockMs = clockMs;
    this.#beganMs = clockMs();
    this.#lastMs = this.#beganMs;
  }

  start(): void {
    this.#timer = setInterval(() => this.tick(), 1000);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Ends a second. */
  tick(): void {
    const at = this.#clockMs();
    const seconds = Math.max(0.001, (at - this.#lastMs) / 1000);
    this.#lastMs = at;
    this.#seconds.push({ seconds, http: this.#httpSince(), models: this.#modelsSince() });
    if (this.#seconds.length > liveSeconds) this.#seconds.shift();
  }

  read(): Omit<Live, 'limited'> {
    const recent = this.#seconds.slice(-liveNowSeconds);
    const seconds = sum(recent.map(second => second.seconds));
    const rateOf = (count: number) => (seconds === 0 ? 0 : count / seconds);
    const perModel = joined(recent);
    const each = this.#seconds.map(second => ({ second, tally: totalOf(second.models) }));
    const names = this.#busiest();
    return {
      at: this.#now().toISOString(),
      uptimeSeconds: (this.#clockMs() - this.#beganMs) / 1000,
      memoryBytes: process.memoryUsage.rss() + this.#memoryOfFronts(),
      sessions: {
        open: this.#families.sessions.of().value,
        bytes: this.#families.sessionBytes.of().value,
      },
      total: {
        now: nowOf(totalOf(perModel), rateOf),
        requests: each.map(({ second, tally }) => tally.requests / second.seconds),
        errors: each.map(({ second, tally }) => tally.errors / second.seconds),
        p50Ms: each.map(({ tally }) => quantileMs(tally, 0.5)),
        p95Ms: each.map(({ tally }) => quantileMs(tally, 0.95)),
      },
      http: {
        requestsPerSecond: rateOf(sum(recent.map(({ http }) => http.all))),
        refusedPerSecond: rateOf(sum(recent.map(({ http }) => http.refused))),
        failedPerSecond: rateOf(sum(recent.map(({ http }) => http.failed))),
      },
      models: names.map(model => this.#modelNow(model, perModel.get(model) ?? new Tally(), rateOf)),
    };
  }

  #memoryOfFronts(): number {
    return sum([...this.#families.frontMemory.all()].map(({ child }) => child.value));
  }

  #modelNow(model: string, tally: Tally, rateOf: (count: number) => number): LiveModel {
    return {
      model,
      now: nowOf(tally, rateOf),
      requests: this.#seconds.map(({ seconds, models }) => (models.get(model)?.requests ?? 0) / seconds),
      queue: this.#families.queue.of(model).value,
      requestsPerRun: tally.runs === 0 ? null : tally.batched / tally.runs,
      cacheHits: tally.looks === 0 ? null : tally.hits / tally.looks,
      shedPerSecond: rateOf(tally.shed),
    };
  }

  /** Names of the models that were heard of in the whole window. What a caller made up has none. */
  #busiest(): string[] {
    return [...joined(this.#seconds)]
      .filter(([model]) => model !== unknownLabel)
      .sort(([a, one], [b, other]) => other.requests - one.requests || a.localeCompare(b))
      .slice(0, maxLiveModels)
      .map(([model]) => model);
  }

  #httpSince(): Http {
    const http = { all: 0, refused: 0, failed: 0 };
    for (const { labels, child } of this.#families.http.all()) {
      const count = this.#since.figure(child);
      http.all += count;
      if (labels['status']?.startsWith('4')) http.refused += count;
      if (labels['status']?.startsWith('5')) http.failed += count;
    }
    return http;
  }

  /** Only of those to whom something happened. */
  #modelsSince(): Map<string, Tally> {
    const models = new Map<string, Tally>();
    const of = (model: string | undefined): Tally => {
      const name = model ?? unknownLabel;
      const tally = models.get(name) ?? new Tally();
      models.set(name, tally);
      return tally;
    };
    const { latency, batchRequests, cache, shed } = this.#families;
    for (const { labels, child } of latency.all()) {
      const news = this.#since.distribution(child);
      if (news) of(labels['model']).addAnswers(news.buckets, news.count, labels['outcome'] !== 'ok');
    }
    for (const { labels, child } of batchRequests.all()) {
      const news = this.#since.distribution(child);
      if (!news) continue;
      const tally = of(labels['model']);
      tally.runs += news.count;
      tally.batched += news.sum;
    }
    for (const { labels, child } of cache.all()) {
      const looks = this.#since.figure(child);
      if (looks === 0) continue;
      const tally = of(labels['model']);
      tally.looks += looks;
      if (labels['result'] !== 'miss') tally.hits += looks;
    }
    for (const { labels, child } of shed.all()) {
      const turnedAway = this.#since.figure(child);
      if (turnedAway > 0) of(labels['model']).shed += turnedAway;
    }
    return models;
  }
}

function joined(seconds: readonly Second[]): Map<string, Tally> {
  const all = new Map<string, Tally>();
  for (const { models } of seconds) {
    for (const [model, tally] of models) {
      const known = all.get(model) ?? new Tally();
      known.join(tally);
      all.set(model, known);
    }
  }
  return all;
}

function totalOf(models: ReadonlyMap<string, Tally>): Tally {
  const total = new Tally();
  for (const tally of models.values()) total.join(tally);
  return total;
}

function nowOf(tally: Tally, rateOf: (count: number) => number): LiveNow {
  return {
    requestsPerSecond: rateOf(tally.requests),
    errorsPerSecond: rateOf(tally.errors),
    p50Ms: quantileMs(tally, 0.5),
    p95Ms: quantileMs(tally, 0.95),
  };
}

function quantileMs({ latency }: Tally, q: number): number | null {
  const seconds = quantileOf(bounds, latency, q);
  return seconds === null ? null : seconds * 1000;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
