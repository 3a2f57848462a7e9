// What a classifier is worth on rows it was not trained on, as scikit-learn 1.9.1 computes it; null where it is undefined.
import type { Digest } from '../artifact/digest.ts';
import type { Evaluation, Part } from '../artifact/documents.ts';
import { wilsonInterval } from './interval.ts';

export interface EvaluationContext {
  readonly part: Part;
  readonly origin: Evaluation['origin'];
  /** Digest of the data set the rows come from. */
  readonly dataset: Digest | null;
  /** [rows, labels], row-major; log-loss is left out without them. */
  readonly probabilities?: ArrayLike<number>;
}

export interface ClassMetrics {
  /** Rows whose truth it is. */
  readonly support: number;
  /** Null where it was never answered. */
  readonly precision: number | null;
  /** Null where it was never the truth. */
  readonly recall: number | null;
  /** 2·P·R/(P+R); null where it was neither. */
  readonly f1: number | null;
}

/** @param truth, answers indices into `labels`, a row each. */
export function evaluate(
  truth: Int32Array,
  answers: Int32Array,
  labels: readonly string[],
  context: EvaluationContext,
): Evaluation {
  const n = truth.length;
  const confusion = confusionMatrix(truth, answers, labels.length);
  const hits = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  const metrics: Record<string, number | null> = {
    accuracy: n === 0 ? null : hits / n,
    ...macro(confusion),
    kappa: kappa(confusion),
  };
  if (context.probabilities) metrics['logLoss'] = logLoss(truth, context.probabilities, labels.length);
  return {
    part: context.part,
    origin: context.origin,
    dataset: context.dataset,
    n,
    metrics,
    interval:
      n === 0 ? null : { metric: 'accuracy', level: 0.95, ...wilsonInterval(hits, n), method: 'wilson' },
    confusion,
  };
}

/** [truth][answer] → rows. */
export function confusionMatrix(truth: Int32Array, answers: Int32Array, classes: number): number[][] {
  if (truth.length !== answers.length) {
    throw new RangeError(`confusionMatrix: ${truth.length} truths, ${answers.length} answers`);
  }
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  truth.forEach((expected, row) => {
    const line = confusion[expected];
    const answer = answers[row]!;
    if (!line || line[answer] === undefined) {
      throw new RangeError(
        `confusionMatrix: row ${row} has truth ${expected}, answer ${answer} of ${classes}`,
      );
    }
    line[answer]++;
  });
  return confusion;
}

export function perClass(confusion: readonly (readonly number[])[]): ClassMetrics[] {
  return confusion.map((row, i) => {
    const right = row[i]!;
    const support = row.reduce((sum, count) => sum + count, 0);
    const answered = confusion.reduce((sum, line) => sum + line[i]!, 0);
    return {
      support,
      precision: answered === 0 ? null : right / answered,
      recall: support === 0 ? null : right / support,
      f1: support + answered === 0 ? null : (2 * right) / (support + answered),
    };
  });
}

/**
 * Means over the classes that occur as truth or answer, each with the same weight; what is undefined for such a class
 * counts as 0 (scikit-learn's `zero_division=0`).
 */
function macro(confusion: readonly (readonly number[])[]) {
  const seen = perClass(confusion).filter(each => each.f1 !== null);
  const mean = (values: (number | null)[]) =>
    values.length === 0 ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
  return {
    precision: mean(seen.map(each => each.precision)),
    recall: mean(seen.map(each => each.recall)),
    f1: mean(seen.map(each => each.f1)),
  };
}

/** Cohen's κ = (pₒ − pₑ) / (1 − pₑ); null where truth and answers are one same class throughout (pₑ = 1). */
function kappa(confusion: readonly (readonly number[])[]): number | null {
  const rows = confusion.map(row => row.reduce((sum, count) => sum + count, 0));
  const columns = confusion.map((_, i) => confusion.reduce((sum, row) => sum + row[i]!, 0));
  const n = rows.reduce((sum, count) => sum + count, 0);
  // In counts × n, which are integers, so that "exactly one class" is exact.
  const observed = n * confusion.reduce((sum, row, i) => sum + row[i]!, 0);
  const expected = rows.reduce((sum, count, i) => sum + count * columns[i]!, 0);
  return n * n === expected ? null : (observed - expected) / (n * n - expected);
}

/** −mean ln p(truth), rows brought to sum 1, p kept away from 0 by binary64's epsilon. Null without rows. */
function logLoss(truth: Int32Array, probabilities: ArrayLike<number>, classes: number): number | null {
  if (probabilities.length !== truth.length * classes) {
    throw new RangeError(
      `logLoss: ${probabilities.length} probabilities, wanted ${truth.length} × ${classes}`,
    );
  }
  if (truth.length === 0) return null;
  let sum = 0;
  truth.forEach((expected, row) => {
    let total = 0;
    for (let c = 0; c < classes; c++) total += probabilities[row * classes + c]!;
    const share = probabilities[row * classes + expected]! / total;
    sum -= Math.log(Math.min(Math.max(share, Number.EPSILON), 1 - Number.EPSILON));
  });
  return sum / truth.length;
}
