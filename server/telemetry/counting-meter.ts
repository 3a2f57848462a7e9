// What the Model Server and the gateway tell of themselves, counted. Labels are bounded: only models that are here have one.
import type { Meter } from '../inference/meter.ts';
import type { Families } from './metric-list.ts';
import type { Distribution, Figure } from './series.ts';

/** Versions with series of their own. Beyond, those that were not heard of for longest lose theirs. */
export const maxVersions = 512;
/** The name of what nobody is known to have: a model that a request made up, a version that it did not reach. */
export const unknownLabel = '(unknown)';

interface Answers {
  readonly count: Figure;
  readonly latency: Distribution;
}

/** The series of a version, kept so that counting looks nothing up by its labels. */
interface VersionSeries {
  readonly model: string;
  readonly version: string;
  readonly outcomes: Map<string, Answers>;
  readonly runs: Distribution;
  readonly batchRequests: Distribution;
  readonly batchRows: Distribution;
  /** Grows with time: who was heard of last. */
  heard: number;
}

export class CountingMeter implements Meter {
  readonly #families: Families;
  /** By model, then by version. A model is here once it was loaded, run, or answered: what a caller names is not enough. */
  readonly #known = new Map<string, Map<string, VersionSeries>>();
  #versions = 0;
  #heard = 0;

  constructor(families: Families) {
    this.#families = families;
  }

  request(model: string, version: string, outcome: string, seconds: number): void {
    const series = outcome === 'ok' ? this.#version(model, version) : this.#known.get(model)?.get(version);
    const { count, latency } = series ? this.#outcome(series, outcome) : this.#stranger(model, outcome);
    count.add();
    latency.observe(seconds);
  }

  batch(model: string, version: string, requests: number, rows: number, seconds: number): void {
    const series = this.#version(model, version);
    series.runs.observe(seconds);
    series.batchRequests.observe(requests);
    series.batchRows.observe(rows);
  }

  queue(model: string, waiting: number): void {
    this.#families.queue.of(this.#label(model)).set(waiting);
  }

  cache(model: string, result: 'hit' | 'miss' | 'shared'): void {
    this.#families.cache.of(this.#label(model), result).add();
  }

  sessions(open: number, bytes: number): void {
    this.#families.sessions.of().set(open);
    this.#families.sessionBytes.of().set(bytes);
  }

  load(model: string, version: string, outcome: 'ready' | 'failed' | 'evicted' | 'unloaded'): void {
    this.#version(model, version);
    this.#families.loads.of(model, version, outcome).add();
  }

  shed(model: string, reason: string): void {
    this.#families.shed.of(this.#label(model), reason).add();
  }

  upstream(id: string, state: { readonly healthy: boolean; readonly outstanding: number } | null): void {
    const { upstreamHealthy, upstreamOutstanding, upstreamTries, upstreamLatency } = this.#families;
    if (state === null) {
      for (const family of [upstreamHealthy, upstreamOutstanding, upstreamTries, upstreamLatency]) {
        family.forget({ upstream: id });
      }
      return;
    }
    upstreamHealthy.of(id).set(state.healthy ? 1 : 0);
    upstreamOutstanding.of(id).set(state.outstanding);
  }

  tried(id: string, outcome: string, seconds: number): void {
    this.#families.upstreamTries.of(id, outcome).add();
    this.#families.upstreamLatency.of(id).observe(seconds);
  }

  #label(model: string): string {
    return this.#known.has(model) ? model : unknownLabel;
  }

  /** Of a model that is here, with a version that is not; or of one that nobody knows. */
  #stranger(model: string, outcome: string): Answers {
    const labels = [this.#label(model), unknownLabel, outcome];
    return { count: this.#families.requests.of(...labels), latency: this.#families.latency.of(...labels) };
  }

  #outcome({ model, version, outcomes }: VersionSeries, outcome: string): Answers {
    const known = outcomes.get(outcome);
    if (known) return known;
    const answers = {
      count: this.#families.requests.of(model, version, outcome),
      latency: this.#families.latency.of(model, version, outcome),
    };
    outcomes.set(outcome, answers);
    return answers;
  }

  #version(model: string, version: string): VersionSeries {
    let versions = this.#known.get(model);
    if (!versions) this.#known.set(model, (versions = new Map<string, VersionSeries>()));
    let series = versions.get(version);
    if (!series) {
      if (this.#versions >= maxVersions) this.#forgetOldest();
      series = {
        model,
        version,
        outcomes: new Map(),
        runs: this.#families.runs.of(model, version),
        batchRequests: this.#families.batchRequests.of(model, version),
        batchRows: this.#families.batchRows.of(model, version),
        heard: 0,
      };
      versions.set(version, series);
      // Forgetting may have let go of the map that was just found empty.
      this.#known.set(model, versions);
      this.#versions += 1;
    }
    this.#heard += 1;
    series.heard = this.#heard;
    return series;
  }

  #forgetOldest(): void {
    const all = [...this.#known.values()].flatMap(versions => [...versions.values()]);
    const { model, version } = all.reduce((oldest, one) => (one.heard < oldest.heard ? one : oldest));
    const { requests, latency, runs, batchRequests, batchRows, loads } = this.#families;
    for (const family of [requests, latency, runs, batchRequests, batchRows, loads]) {
      family.forget({ model, version });
    }
    this.#versions -= 1;
    const versions = this.#known.get(model)!;
    versions.delete(version);
    if (versions.size > 0) return;
    this.#known.delete(model);
    const { queue, cache, shed } = this.#families;
    for (const family of [queue, cache, shed]) family.forget({ model });
  }
}
