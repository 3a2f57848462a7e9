// Two versions judged on the same rows: the parent's held-out data, and, apart, the held-out samples labelled since.
import type { Digest } from '../artifact/digest.ts';
import type { Evaluation } from '../artifact/documents.ts';
import { evaluate } from './metrics.ts';

export interface ComparedRows {
  readonly old: Evaluation;
  readonly new: Evaluation;
  /** Rows the old got wrong and the new right, and the other way. */
  readonly fixed: number;
  readonly broken: number;
  readonly n: number;
}

/** On the held-out samples of one device. */
export interface DeviceScore {
  /** The id of its key; null: the device that judged. */
  readonly device: string | null;
  readonly n: number;
  /** How many of them each got right. */
  readonly old: number;
  readonly new: number;
}

export interface Comparison {
  readonly labels: readonly string[];
  /** On the held-out rows of the parent's data set; null where it came without data. */
  readonly parent: ComparedRows | null;
  /** On held-out new samples; null where there are none. */
  readonly added: ComparedRows | null;
  /** The rows of `added` by the device that labelled them; absent where they are all of one. */
  readonly devices?: readonly DeviceScore[] | undefined;
  /** Better, worse, or no difference that these few rows can show (McNemar's exact test on all rows, 5%). */
  readonly verdict: 'better' | 'worse' | 'even';
}

/** What two versions answered on the same rows, as indices into the labels. */
export interface JudgedRows {
  readonly truth: Int32Array;
  readonly old: Int32Array;
  readonly new: Int32Array;
  /** [rows, labels]; log-loss is left out without them. */
  readonly oldProbabilities?: ArrayLike<number>;
  readonly newProbabilities?: ArrayLike<number>;
  readonly dataset: Digest | null;
  /** Whose each row is; null: this device's. */
  readonly devices?: readonly (string | null)[];
}

/** A difference that chance alone makes more rarely than this is shown as one. */
export const significance = 0.05;

/** @param rows null, or without rows, where there is nothing of that origin to judge on. */
export function compare(
  labels: readonly string[],
  rows: { readonly parent: JudgedRows | null; readonly added: JudgedRows | null },
): Comparison {
  const parent = comparedRows(labels, rows.parent, 'parent');
  const added = comparedRows(labels, rows.added, 'new');
  const fixed = (parent?.fixed ?? 0) + (added?.fixed ?? 0);
  const broken = (parent?.broken ?? 0) + (added?.broken ?? 0);
  const differs = mcNemar(fixed, broken) < significance;
  const verdict = differs ? (fixed > broken ? 'better' : 'worse') : 'even';
  return { labels, parent, added, devices: rows.added ? scoresByDevice(rows.added) : undefined, verdict };
}

/** In the order in which they come; undefined where there is but one. */
function scoresByDevice({ truth, devices, ...answers }: JudgedRows): DeviceScore[] | undefined {
  const scores = new Map<string | null, DeviceScore>();
  devices?.forEach((device, row) => {
    const before = scores.get(device) ?? { device, n: 0, old: 0, new: 0 };
    scores.set(device, {
      device,
      n: before.n + 1,
      old: before.old + (answers.old[row] === truth[row] ? 1 : 0),
      new: before.new + (answers.new[row] === truth[row] ? 1 : 0),
    });
  });
  return scores.size > 1 ? [...scores.values()] : undefined;
}

function comparedRows(
  labels: readonly string[],
  rows: JudgedRows | null,
  origin: Evaluation['origin'],
): ComparedRows | null {
  if (!rows || rows.truth.length === 0) return null;
  const judge = (answers: Int32Array, probabilities: ArrayLike<number> | undefined) =>
    evaluate(rows.truth, answers, labels, {
      part: 'test',
      origin,
      dataset: rows.dataset,
      ...(probabilities && { probabilities }),
    });
  let fixed = 0;
  let broken = 0;
  rows.truth.forEach((truth, row) => {
    const before = rows.old[row] === truth;
    const after = rows.new[row] === truth;
    if (!before && after) fixed++;
    if (before && !after) broken++;
  });
  return {
    old: judge(rows.old, rows.oldProbabilities),
    new: judge(rows.new, rows.newProbabilities),
    fixed,
    broken,
    n: rows.truth.length,
  };
}

/**
 * McNemar's exact test (McNemar, Psychometrika 12, 1947), two-sided: how often fair coin tosses split b + c rows, on
 * which only one of two versions is right, at least as unevenly as b to c. min(1, 2 Σᵢ₌₀..min(b,c) C(b+c, i) / 2^(b+c)).
 */
export function mcNemar(b: number, c: number): number {
  const tosses = b + c;
  // In logarithms: 2^−1075 is no binary64.
  let logTerm = -tosses * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let i = 1; i <= Math.min(b, c); i++) {
    logTerm += Math.log((tosses - i + 1) / i);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
