// Several versions of one parent, held against each other: what each is better at, on rows that they share. Knows no words; labels
// are indices. What was measured on other rows is not compared: a higher figure on easier rows says nothing.
import type { Digest } from '../artifact/digest.ts';
import type { Evaluation } from '../artifact/documents.ts';
import type { VersionSummary } from '../artifact/registry-api.ts';
import { wilsonInterval } from './interval.ts';

/** A share of rows that were answered rightly, and how far it can be trusted (Wilson, 95%). */
export interface Share {
  readonly hits: number;
  readonly n: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What one version reached where the others were measured too. */
export interface Measured<T> {
  readonly version: number;
  readonly figure: T;
}

export interface Standing {
  /** Best first. */
  readonly figures: readonly Measured<Share>[];
  /**
   * The version whose interval lies above all others': better, whatever chance did. Null where these rows cannot tell: 95%
   * intervals that do not meet ask for more than a test at 5%, which makes up in part for asking
   * about every label.
   */
  readonly best: number | null;
}

/** The same rows: one part of one data set. */
export interface Ground {
  readonly part: Evaluation['part'];
  readonly origin: Evaluation['origin'];
  readonly dataset: Digest;
  readonly n: number;
  /** Of all rows. */
  readonly accuracy: Standing;
  /** Recall, label by label, in the order of the labels; null where there is no row of it. */
  readonly recall: readonly (Standing | null)[];
}

export interface SiblingComparison {
  /** Where at least two were measured on the same rows; the most rows first. */
  readonly grounds: readonly Ground[];
  /** Versions that share no rows with another: not comparable. */
  readonly apart: readonly number[];
}

type Comparable = Evaluation & {
  readonly dataset: Digest;
  readonly n: number;
  readonly confusion: number[][];
};

interface Judged {
  readonly version: number;
  readonly evaluation: Comparable;
}

/** @param siblings versions of one parent, or any whose labels are the same */
export function compareSiblings(
  siblings: readonly Pick<VersionSummary, 'version' | 'evaluations'>[],
): SiblingComparison {
  const judged = siblings.flatMap(({ version, evaluations }) => {
    const byGround = groupBy(evaluations.filter(isComparable), groundKey);
    return [...byGround.values()].map(([evaluation]) => ({ version, evaluation: evaluation! }));
  });
  const grounds = [...groupBy(judged, ({ evaluation }) => groundKey(evaluation)).values()]
    .filter(group => group.length > 1)
    .map(toGround)
    .sort((a, b) => b.n - a.n);
  const compared = new Set(grounds.flatMap(({ accuracy }) => accuracy.figures.map(({ version }) => version)));
  return { grounds, apart: siblings.map(({ version }) => version).filter(each => !compared.has(each)) };
}

/** Figures that were only told, without rows or without what was answered, are nobody's to compare. */
function isComparable(evaluation: Evaluation): evaluation is Comparable {
  const { dataset, n, confusion } = evaluation;
  return dataset !== null && n !== null && n > 0 && confusion !== null;
}

/** Rows are the same where data set, part and origin are, and as many of each label were there. */
function groundKey({ dataset, part, origin, confusion }: Comparable): string {
  return JSON.stringify([dataset, part, origin, confusion.map(sum)]);
}

function toGround(group: readonly Judged[]): Ground {
  const { part, origin, dataset, n, confusion } = group[0]!.evaluation;
  return {
    part,
    origin,
    dataset,
    n,
    accuracy: standing(group, matrix => [
      sum(matrix.map((row, label) => row[label] ?? 0)),
      sum(matrix.map(sum)),
    ]),
    recall: confusion.map((row, label) =>
      sum(row) === 0 ? null : standing(group, matrix => [matrix[label]![label] ?? 0, sum(matrix[label]!)]),
    ),
  };
}

function standing(
  group: readonly Judged[],
  count: (confusion: number[][]) => [hits: number, n: number],
): Standing {
  const figures = group
    .map(({ version, evaluation }) => ({ version, figure: shareOf(...count(evaluation.confusion)) }))
    .sort((a, b) => b.figure.value - a.figure.value || a.version - b.version);
  const [first, second] = figures;
  const isClear =
    second !== undefined && figures.slice(1).every(({ figure }) => figure.high < first!.figure.low);
  return { figures, best: isClear ? first!.version : null };
}

function shareOf(hits: number, n: number): Share {
  return { hits, n, value: hits / n, ...wilsonInterval(hits, n) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
