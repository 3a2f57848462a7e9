// Two versions judged on the same rows: the parent's held-out data, and, apart, the held-out samples labelled since.
import type { Evaluation } from '../artifact/documents.ts';

export interface ComparedRows {
  readonly old: Evaluation;
  readonly new: Evaluation;
  /** Rows the old got wrong and the new right, and the other way. */
  readonly fixed: number;
  readonly broken: number;
  readonly n: number;
}

export interface Comparison {
  readonly labels: readonly string[];
  /** On the held-out rows of the parent's data set; null where it came without data. */
  readonly parent: ComparedRows | null;
  /** On held-out new samples; null where there are none. */
  readonly added: ComparedRows | null;
  /** Better, worse, or no difference that these few rows can show (McNemar's exact test on all rows, 5%). */
  readonly verdict: 'better' | 'worse' | 'even';
}
