// By what logits are divided so that a probability of 0.8 is right in eight of ten: temperature scaling (Guo et al., "On
// Calibration of Modern Neural Networks", ICML 2017, §4.2), on rows that the logits' model did not learn from.

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
  /** Mean −ln p of the labels at that temperature. */
  readonly loss: number;
}

/** ln T is looked for between these: few rows, all right, would call for certainty without end. */
const lowest = Math.log(0.2);
const highest = Math.log(20);
const goldenSteps = 24;

/** The loss has one minimum in 1 / T (it is convex there), so that golden-section search finds it. */
export function calibrate(judged: Judged): Calibration {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [lowest, highest];
  const loss = (logT: number) => lossAt(judged, Math.exp(logT));
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
  return { temperature, loss: lossAt(judged, temperature) };
}

function lossAt({ classes, logits, labels, weights }: Judged, temperature: number): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row++) {
    const from = row * classes;
    let most = -Infinity;
    for (let i = from; i < from + classes; i++) most = Math.max(most, logits[i]! / temperature);
    let powers = 0;
    for (let i = from; i < from + classes; i++) powers += Math.exp(logits[i]! / temperature - most);
    sum += weights[row]! * (Math.log(powers) + most - logits[from + labels[row]!]! / temperature);
  }
  return sum;
}
