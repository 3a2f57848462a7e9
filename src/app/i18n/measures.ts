// An evaluation in few words: the share that was right, of how many, and how far that can be trusted.
import type { Evaluation } from '../../core/artifact/documents.ts';
import { t } from './common.ts';
import { formatNumber, formatShare } from './format.ts';

/** The one on the version's own held-out rows: its test part. */
export function heldOut(evaluations: readonly Evaluation[]): Evaluation | null {
  return evaluations.find(each => each.origin === 'parent' && each.part === 'test') ?? null;
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
  return t('accuracyOf', {
    share: formatShare(accuracy),
    n: formatNumber(n),
    low: formatShare(interval.low),
    high: formatShare(interval.high),
  });
}
