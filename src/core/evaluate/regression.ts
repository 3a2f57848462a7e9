// What answers that are numbers are worth, as scikit-learn 1.9.1 computes it.

export interface RegressionMetrics {
  /** Mean of the squared, and of the absolute differences. */
  readonly meanSquaredError: number;
  readonly meanAbsoluteError: number;
  /** 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; of a truth that never changes 1 where all is right, else 0. */
  readonly r2: number;
}

/** Null without rows. */
export function evaluateNumbers(
  truth: ArrayLike<number>,
  answers: ArrayLike<number>,
): RegressionMetrics | null {
  const n = truth.length;
  if (answers.length !== n) throw new RangeError(`evaluateNumbers: ${n} truths, ${answers.length} answers`);
  if (n === 0) return null;
  const mean = Array.from(truth).reduce((sum, value) => sum + value, 0) / n;
  let squares = 0;
  let distances = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const difference = answers[i]! - truth[i]!;
    squares += difference ** 2;
    distances += Math.abs(difference);
    spread += (truth[i]! - mean) ** 2;
  }
  const r2 = spread === 0 ? Number(squares === 0) : 1 - squares / spread;
  return { meanSquaredError: squares / n, meanAbsoluteError: distances / n, r2 };
}
