// The figures that Judge says the same way everywhere.
import type { Evaluation } from '../../../core/artifact/documents.ts';
import { formatNumber, formatShare } from '../../i18n/format.ts';
import { t } from '../../i18n/judge.ts';

/** The measures shown, in this order. */
export const measures = ['accuracy', 'precision', 'recall', 'f1', 'kappa'] as const;
export type Measure = (typeof measures)[number];

/** Kappa lies in [−1, 1] and is no share; the others are. */
export function formatMeasure(measure: Measure, value: number | null | undefined): string {
  if (value === null || value === undefined) return t('undefinedMetric');
  return measure === 'kappa' ? formatNumber(value, undefined, 3) : formatShare(value);
}

/** "94.2% (91.3% to 96.2%, n = 360)", with as much of it as is known. */
export function formatAccuracy(evaluation: Evaluation): string {
  const value = formatMeasure('accuracy', evaluation.metrics['accuracy']);
  const { interval, n } = evaluation;
  if (n === null) return value;
  if (interval?.metric !== 'accuracy') return t('accuracyWithN', { value, n });
  return t('accuracyWithInterval', {
    value,
    n,
    low: formatShare(interval.low),
    high: formatShare(interval.high),
  });
}
