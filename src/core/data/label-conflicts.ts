// Samples that say different things of the same, or nearly the same, numbers: what a person has to decide before anything
// is learned from them. Knows no store and no screen.
import { rowKey } from './split.ts';

export interface Labelled {
  readonly id: string;
  readonly features: readonly number[];
  readonly label: string;
}

export interface LabelConflict<T extends Labelled> {
  /** Of two labels at least, those that were labelled first first. */
  readonly samples: readonly T[];
  /** Whether all their numbers are the same. */
  readonly isExact: boolean;
}

/**
 * Two samples are nearly the same where no number differs by more than this share of what that number spans over all
 * samples: a drawn stroke, or a measure, taken twice.
 */
const nearShare = 0.05;
/** Beyond so many samples only those with the very same numbers are found: every two of them are looked at. */
const mostCompared = 3_000;

/** Groups of samples that cannot all be right. One that is near to two is in one group with both. */
export function labelConflicts<T extends Labelled>(samples: readonly T[]): LabelConflict<T>[] {
  const groups = new Groups(samples.length);
  for (const rows of rowsByKey(samples)) for (const row of rows.slice(1)) groups.join(rows[0]!, row);
  if (samples.length <= mostCompared) joinNear(samples, groups);
  return groups
    .all()
    .map(rows => rows.map(row => samples[row]!))
    .filter(group => new Set(group.map(({ label }) => label)).size > 1)
    .map(group => ({
      samples: group,
      isExact: new Set(group.map(({ features }) => rowKey(features))).size === 1,
    }));
}

function rowsByKey(samples: readonly Labelled[]): number[][] {
  const rows = new Map<string, number[]>();
  samples.forEach(({ features }, row) => {
    const key = rowKey(features);
    const known = rows.get(key);
    if (known) known.push(row);
    else rows.set(key, [row]);
  });
  return [...rows.values()];
}

/** Only those with different labels matter: that two of one label are alike is no conflict. */
function joinNear(samples: readonly Labelled[], groups: Groups): void {
  const tolerances = tolerancesOf(samples);
  samples.forEach((sample, row) => {
    for (let other = 0; other < row; other += 1) {
      const before = samples[other]!;
      if (before.label !== sample.label && areNear(before.features, sample.features, tolerances)) {
        groups.join(other, row);
      }
    }
  });
}

/** For each number `nearShare` of its span. */
function tolerancesOf(samples: readonly Labelled[]): number[] {
  const low: number[] = [];
  const high: number[] = [];
  for (const { features } of samples) {
    features.forEach((value, i) => {
      low[i] = Math.min(low[i] ?? value, value);
      high[i] = Math.max(high[i] ?? value, value);
    });
  }
  return low.map((value, i) => (high[i]! - value) * nearShare);
}

function areNear(a: readonly number[], b: readonly number[], tolerances: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) <= tolerances[i]!);
}

/** Disjoint sets of 0 … n − 1 (Galler and Fischer, CACM 7, 1964). */
class Groups {
  readonly #parents: number[];

  constructor(n: number) {
    this.#parents = Array.from({ length: n }, (_, i) => i);
  }

  join(a: number, b: number): void {
    const [first, second] = [this.#rootOf(a), this.#rootOf(b)].sort((x, y) => x - y) as [number, number];
    this.#parents[second] = first;
  }

  #rootOf(item: number): number {
    let root = item;
    while (this.#parents[root] !== root) root = this.#parents[root]!;
    this.#parents[item] = root;
    return root;
  }

  all(): number[][] {
    const members = new Map<number, number[]>();
    this.#parents.forEach((_, item) => {
      const root = this.#rootOf(item);
      const known = members.get(root);
      if (known) known.push(item);
      else members.set(root, [item]);
    });
    return [...members.values()];
  }
}
