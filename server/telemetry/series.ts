// Numbers that are counted while requests run, in the shape that prom-client's registry collects. prom-client's own counters
// look labels up by hashing them at each increment (about 0.5 µs, measured; four of them a request): here whoever counts keeps
// the child, and an increment is an addition. Knows no metric by name.
import type { MetricObjectWithValues, MetricValue } from 'prom-client';

export interface SeriesSpec {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Of a histogram: upper bounds of its buckets, growing, without +Inf. */
  readonly bounds?: readonly number[];
}

type Labels = Readonly<Record<string, string>>;
interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

/** A counter or a gauge with certain labels. */
export class Figure {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }

  set(value: number): void {
    this.value = value;
  }
}

export class Distribution {
  count = 0;
  sum = 0;
  /** By bucket, not cumulated; the last is for what is above every bound. */
  readonly buckets: Float64Array;
  readonly bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.buckets = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    this.count += 1;
    this.sum += value;
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= this.bounds[middle]!) high = middle;
      else low = middle + 1;
    }
    this.buckets[low]! += 1;
  }

  /** What was observed elsewhere, by the same bounds. */
  add({ count, sum, buckets }: Observed): void {
    this.count += count;
    this.sum += sum;
    for (const [at, value] of buckets.entries()) this.buckets[at]! += value;
  }
}

/** What was observed in a stretch of time. */
export interface Observed {
  readonly count: number;
  readonly sum: number;
  /** As `Distribution.buckets`. */
  readonly buckets: readonly number[];
}

/** All series of one name. `get` and `reset` are what prom-client's registry wants of a metric. */
export abstract class Family<Child> {
  readonly spec: SeriesSpec;
  readonly #children = new Map<string, { readonly labels: Labels; readonly child: Child }>();

  constructor(spec: SeriesSpec) {
    this.spec = spec;
  }

  get name(): string {
    return this.spec.name;
  }

  /** The series with these labels, in the order of the specification; made when it is first asked for. Worth keeping. */
  of(...values: readonly string[]): Child {
    const key = values.join('\n');
    const known = this.#children.get(key);
    if (known) return known.child;
    const labels = Object.fromEntries(this.spec.labels.map((label, i) => [label, values[i] ?? '']));
    const child = this.create();
    this.#children.set(key, { labels, child });
    return child;
  }

  /** Every series there is. */
  *all(): IterableIterator<{ readonly labels: Labels; readonly child: Child }> {
    yield* this.#children.values();
  }

  /** Lets go of the series that have all these labels. Who kept one of them counts for nobody. */
  forget(wanted: Labels): void {
    for (const [key, { labels }] of this.#children) {
      if (Object.entries(wanted).every(([label, value]) => labels[label] === value)) {
        this.#children.delete(key);
      }
    }
  }

  get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const values = [...this.all()].flatMap(({ labels, child }) => this.valuesOf(labels, child));
    const { name, help, type } = this.spec;
    // The type is an enumeration of numbers in prom-client's declarations, and these words in its code.
    return Promise.resolve({
      name,
      help,
      type,
      values,
      aggregator: 'sum',
    } as unknown as MetricObjectWithValues<MetricValue<string>>);
  }

  reset(): void {
    this.#children.clear();
  }

  protected abstract create(): Child;
  protected abstract valuesOf(labels: Labels, child: Child): readonly Value[];
}

export class FigureFamily extends Family<Figure> {
  protected create(): Figure {
    return new Figure();
  }

  protected valuesOf(labels: Labels, { value }: Figure): readonly Value[] {
    return [{ labels, value }];
  }
}

export class DistributionFamily extends Family<Distribution> {
  protected create(): Distribution {
    return new Distribution(this.spec.bounds ?? []);
  }

  protected valuesOf(labels: Labels, { bounds, buckets, sum, count }: Distribution): readonly Value[] {
    const { name } = this.spec;
    let below = 0;
    const cumulated = bounds.map((bound, i) => {
      below += buckets[i]!;
      return { labels: { ...labels, le: bound }, value: below, metricName: `${name}_bucket` };
    });
    return [
      ...cumulated,
      { labels: { ...labels, le: '+Inf' }, value: count, metricName: `${name}_bucket` },
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  }
}
