// An evaluation in few words: the share that was right, of how many, and how far that can be trusted.
import type { Evaluation } from '../../core/artifact/documents.ts';
import { t } from './common.ts';
import { formatNumber, formatShare } from './format.ts';

/** The one on the version's own held-out rows, its test part; where it came without, on samples labelled since. */
export function heldOut(evaluations: readonly Evaluation[]): Evaluation | null {
  const tested = evaluations.filter(({ part }) => part === 'test');
  return tested.find(({ origin }) => origin === 'parent') ?? tested[0] ?? null;
}

/** "96.7% right of 30 (83.3% to 99.4%)"; null where nothing was measured. */
export function accuracyText(evaluations: readonly Evaluation[]): string | null {
  const evaluation = heldOut(evaluations);
  const accuracy = evaluation?.metrics['accuracy'];
  if (evaluation === null || accuracy === undefined || accuracy === null) return null;
  const { interval, n } = evaluation;
  if (n === null || interval?.metric !== 'accuracy') {
    return t('accuracyPlain', { share: formatShare(accuracy) });
  }
  return t(evaluation.origin === 'new' ? 'accuracyOnSamples' : 'accuracyOf', {
    share: formatShare(accuracy),
    n: formatNumber(n),
    low: formatShare(interval.low),
    high: formatShare(interval.high),
  });
}
