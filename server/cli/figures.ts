// What a version was measured at, as verbs show it.
import type { Evaluation } from '../../src/core/artifact/documents.ts';
import type { VersionSummary } from '../../src/core/artifact/registry-api.ts';
import { formatShare } from './output.ts';

/** The figures that count: on the held-out rows of the version's own data set; else whatever was measured. */
export function judged({ evaluations }: Pick<VersionSummary, 'evaluations'>): Evaluation | undefined {
  const heldOut = evaluations.filter(({ part }) => part === 'test');
  return heldOut.find(({ origin }) => origin === 'parent') ?? heldOut[0] ?? evaluations[0];
}

/** `97.1 % (n 360, 94.8 % to 98.4 %)`; a dash where nobody measured. */
export function accuracyOf(evaluation: Evaluation | undefined): string {
  const value = evaluation?.metrics.accuracy;
  if (evaluation === undefined || value === undefined || value === null) return '–';
  const { n, interval } = evaluation;
  const range = interval ? `, ${formatShare(interval.low)} to ${formatShare(interval.high)}` : '';
  return `${formatShare(value)}${n === null ? '' : ` (n ${n}${range})`}`;
}
