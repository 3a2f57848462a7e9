// By what logits are divided so that a probability of 0.8 is right in eight of ten: temperature scaling (Guo et al., "On
// Calibration of Modern Neural Networks", ICML 2017, §4.2), on rows that the logits' model did not learn from, towards
// targets that few rows leave short of certainty (Platt, "Probabilistic Outputs for Support Vector Machines", 1999, §2.2).

export interface Judged {
  readonly classes: number;
  /** [rows, classes] */
  readonly logits: Float64Array;
  /** [rows] */
  readonly labels: Int32Array;
  /** [rows]: how much each counts; their sum is 1. */
  readonly weights: Float64Array;
}

export interface Calibration {
  readonly temperature: number;
  /** Mean cross-entropy with the targets at that temperature. */
  readonly loss: number;
}

/** ln T is looked for between these. */
const lowest = Math.log(0.01);
const highest = Math.log(20);
const goldenSteps = 28;

/** The loss has one minimum in 1 / T (it is convex there), so that golden-section search finds it. */
export function calibrate(judged: Judged): Calibration {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [lowest, highest];
  const targets = targetsOf(judged.labels);
  const loss = (logT: number) => lossAt(judged, targets, Math.exp(logT));
  let [a, b] = [high - golden * (high - low), low + golden * (high - low)];
  let [lossA, lossB] = [loss(a), loss(b)];
  for (let step = 0; step < goldenSteps; step++) {
    if (lossA <= lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - golden * (high - low);
      lossA = loss(a);
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + golden * (high - low);
      lossB = loss(b);
    }
  }
  const temperature = Math.exp((low + high) / 2);
  return { temperature, loss: lossAt(judged, targets, temperature) };
}

/** Of n rows of a class, n + 1 of n + 2 are taken to be what they are said to be. */
function targetsOf(labels: Int32Array): Float64Array {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Float64Array.from(labels, label => (counts.get(label)! + 1) / (counts.get(label)! + 2));
}

// −Σ_c t_c ln p_c = ln Σ e^z − Σ_c t_c z_c, with t = the target for the label, (1 − target) / (classes − 1) for each other
function lossAt(
  { classes, logits, labels, weights }: Judged,
  targets: Float64Array,
  temperature: number,
): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const from = row * classes;
    const other = (1 - targets[row]!) / (classes - 1);
    let [most, powers, aimed] = [-Infinity, 0, 0];
    for (let i = 0; i < classes; i++) most = Math.max(most, logits[from + i]! / temperature);
    for (let i = 0; i < classes; i++) {
      const z = logits[from + i]! / temperature;
      powers += Math.exp(z - most);
      aimed += (i === labels[row] ? targets[row]! : other) * z;
    }
    sum += weights[row]! * (Math.log(powers) + most - aimed);
  }
  return sum;
}
