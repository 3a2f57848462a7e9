// What was counted since it was last asked, from counts that only grow. Costs those who count nothing.
import type { Distribution, Figure, Observed } from './series.ts';

export class Since {
  readonly #figures = new WeakMap<Figure, number>();
  readonly #distributions = new WeakMap<Distribution, Observed>();

  figure(figure: Figure): number {
    const before = this.#figures.get(figure) ?? 0;
    this.#figures.set(figure, figure.value);
    return figure.value - before;
  }

  /** Null where nothing came. */
  distribution(child: Distribution): Observed | null {
    const { count, sum, buckets } = child;
    const before = this.#distributions.get(child);
    if (count === (before?.count ?? 0)) return null;
    this.#distributions.set(child, { count, sum, buckets: [...buckets] });
    return {
      count: count - (before?.count ?? 0),
      sum: sum - (before?.sum ?? 0),
      buckets: Array.from(buckets, (value, at) => value - (before?.buckets[at] ?? 0)),
    };
  }
}
