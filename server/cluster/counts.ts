// What a front counts of the requests that it answers, told to the primary now and then and added to what that has counted: who
// asks for the metrics gets them of the whole server.
import type { Families } from '../telemetry/metric-list.ts';
import type { Observed } from '../telemetry/series.ts';
import { Since } from '../telemetry/since.ts';

/** Since the last time. */
export interface Counts {
  readonly requests: readonly { readonly labels: readonly string[]; readonly count: number }[];
  readonly latencies: readonly { readonly labels: readonly string[]; readonly observed: Observed }[];
  /** Now. */
  readonly memoryBytes: number;
}

type Shared = Pick<Families, 'http' | 'httpLatency'>;

export class CountsOfFront {
  readonly #families: Shared;
  readonly #since = new Since();

  constructor(families: Shared) {
    this.#families = families;
  }

  take(): Counts {
    const { http, httpLatency } = this.#families;
    return {
      requests: [...http.all()].flatMap(({ labels, child }) => {
        const count = this.#since.figure(child);
        return count === 0 ? [] : [{ labels: http.spec.labels.map(label => labels[label]!), count }];
      }),
      latencies: [...httpLatency.all()].flatMap(({ labels, child }) => {
        const observed = this.#since.distribution(child);
        return observed ? [{ labels: httpLatency.spec.labels.map(label => labels[label]!), observed }] : [];
      }),
      memoryBytes: process.memoryUsage.rss(),
    };
  }
}

/** @param front its name in the metrics */
export function addCounts(families: Families, front: string, counts: Counts): void {
  for (const { labels, count } of counts.requests) families.http.of(...labels).add(count);
  for (const { labels, observed } of counts.latencies) families.httpLatency.of(...labels).add(observed);
  families.frontMemory.of(front).set(counts.memoryBytes);
}
