// From which probability on an answer is said without doubt.

export interface AnsweredRows {
  readonly classes: number;
  /** [rows, classes], of rows that were not learnt from. */
  readonly probabilities: Float32Array;
  /** [rows] */
  readonly labels: Int32Array;
}

/** Of the answers that are sure, so many are to be right. */
const wantedRight = 0.95;
/** Where there are too few rows to tell. */
const usualThreshold = 0.6;
const fewestRows = 10;
const step = 0.05;

/**
 * The lowest threshold, in twentieths from 0.5 to 0.95, above which 95 of 100 answers are right; where none does it, that with
 * the most. Below 0.5 no answer is sure: all others together are as likely.
 */
export function sureAbove({ classes, probabilities, labels }: AnsweredRows): number {
  if (labels.length < fewestRows) return usualThreshold;
  const answers = Array.from(labels, (label, row) => {
    const ofRow = probabilities.subarray(row * classes, (row + 1) * classes);
    const highest = Math.max(...ofRow);
    return { probability: highest, isRight: ofRow[label] === highest };
  });
  let best = { threshold: usualThreshold, right: -1 };
  for (let twentieth = 10; twentieth < 20; twentieth++) {
    const threshold = Math.round(twentieth * step * 100) / 100;
    const sure = answers.filter(({ probability }) => probability >= threshold);
    if (sure.length === 0) break;
    const right = sure.filter(({ isRight }) => isRight).length / sure.length;
    if (right >= wantedRight) return threshold;
    if (right > best.right) best = { threshold, right };
  }
  return best.threshold;
}
