// A comparison in one plain sentence, as parts: which sentence, and its numbers. The dictionaries hold the words.
import type { ComparedRows, Comparison } from '../../../core/evaluate/compare.ts';

/** Which sentence of the dictionary; the numbers it takes are `SentenceNumbers`. */
export type SentenceKind = 'none' | 'better' | 'worse' | 'alike' | 'chance';

/** The key in Judge's dictionary. */
export const sentenceKey = {
  none: 'sentenceNone',
  better: 'sentenceBetter',
  worse: 'sentenceWorse',
  alike: 'sentenceAlike',
  chance: 'sentenceChance',
} as const satisfies Record<SentenceKind, string>;

export interface SentenceNumbers {
  /** Rows judged, of both kinds together. */
  readonly n: number;
  /** Rows the new version gets right and the old got wrong. */
  readonly fixed: number;
  /** Rows the new version gets wrong and the old got right. */
  readonly broken: number;
  /** How many more, or fewer, the new version gets right in all: |fixed − broken|. */
  readonly net: number;
}

export interface Sentence {
  readonly kind: SentenceKind;
  readonly numbers: SentenceNumbers;
}

/**
 * `none`: there were no held-out rows. `better` and `worse`: more than chance explains. `alike`: right and wrong on the
 * very same rows. `chance`: they differ, but no more than so few rows would by chance.
 */
export function sentenceOf(comparison: Comparison): Sentence {
  const groups = [comparison.parent, comparison.added].filter(group => group !== null);
  const numbers = numbersOf(groups);
  return { kind: kindOf(comparison.verdict, numbers), numbers };
}

/** The same for one group of rows, told apart; never says that a difference is more than chance: the verdict is on all rows. */
export function numbersOf(groups: readonly ComparedRows[]): SentenceNumbers {
  const n = sum(groups.map(group => group.n));
  const fixed = sum(groups.map(group => group.fixed));
  const broken = sum(groups.map(group => group.broken));
  return { n, fixed, broken, net: Math.abs(fixed - broken) };
}

function kindOf(verdict: Comparison['verdict'], { n, fixed, broken }: SentenceNumbers): SentenceKind {
  if (n === 0) return 'none';
  if (verdict !== 'even') return verdict;
  return fixed === 0 && broken === 0 ? 'alike' : 'chance';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
