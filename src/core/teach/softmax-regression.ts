// Multinomial logistic regression with an L2 penalty: its loss and gradient over rows of numbers. Convex, so that there is
// one answer, whatever it starts from.
import type { Objective } from './lbfgs.ts';

export interface RegressionRows {
  readonly width: number;
  readonly classes: number;
  /** [rows, width] */
  readonly features: Float32Array;
  /** [rows] */
  readonly labels: Int32Array;
}

/** Of a class's weights, and behind them its bias: [classes, width + 1], row-major. */
export function parameterCount({ width, classes }: Pick<RegressionRows, 'width' | 'classes'>): number {
  return classes * (width + 1);
}

/** [rows, classes] */
export function logitsOf(
  { width, classes, features }: Omit<RegressionRows, 'labels'>,
  parameters: Float64Array,
): Float64Array {
  const rows = features.length / width;
  const logits = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const x = features.subarray(row * width, (row + 1) * width);
    let label = 0;
    // Four at a time: a feature is read once for four sums that need not wait for each other.
    for (; label + 4 <= classes; label += 4) fourLogits(x, parameters, label, logits, row * classes + label);
    for (; label < classes; label++) {
      const w = label * (width + 1);
      let sum = parameters[w + width]!;
      for (let i = 0; i < width; i++) sum += x[i]! * parameters[w + i]!;
      logits[row * classes + label] = sum;
    }
  }
  return logits;
}

function fourLogits(
  x: Float32Array,
  parameters: Float64Array,
  label: number,
  to: Float64Array,
  at: number,
): void {
  const stride = x.length + 1;
  const [w0, w1] = [label * stride, (label + 1) * stride];
  const [w2, w3] = [(label + 2) * stride, (label + 3) * stride];
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    s0 += value * parameters[w0 + i]!;
    s1 += value * parameters[w1 + i]!;
    s2 += value * parameters[w2 + i]!;
    s3 += value * parameters[w3 + i]!;
  }
  to[at] = s0 + parameters[w0 + x.length]!;
  to[at + 1] = s1 + parameters[w1 + x.length]!;
  to[at + 2] = s2 + parameters[w2 + x.length]!;
  to[at + 3] = s3 + parameters[w3 + x.length]!;
}

/**
 * f(W, b) = Σᵢ uᵢ · −ln softmax(W xᵢ + b)[yᵢ] + penalty / 2 · ‖W‖²; ∂f/∂logits = uᵢ (p − onehot(yᵢ)). The weights uᵢ are
 * such that all classes count the same and their sum is 1: what was shown more often is not likelier for that.
 */
export function regressionObjective(rows: RegressionRows, penalty: number): Objective {
  const { width, classes, labels } = rows;
  const weights = balancedWeights(labels, classes);
  return (parameters, gradient) => {
    const residuals = logitsOf(rows, parameters);
    let value = 0;
    for (let row = 0; row < labels.length; row++) {
      value += weights[row]! * residualsOf(residuals, row * classes, classes, labels[row]!, weights[row]!);
    }
    addGradient(rows, residuals, gradient);
    return value + addPenalty(parameters, gradient, width, penalty);
  };
}

// ∂f/∂W = Σᵢ residualᵢ xᵢ, ∂f/∂b = Σᵢ residualᵢ
function addGradient(
  { width, classes, features }: RegressionRows,
  residuals: Float64Array,
  gradient: Float64Array,
): void {
  gradient.fill(0);
  const rows = features.length / width;
  const residual = (row: number, label: number) => (row < rows ? residuals[row * classes + label]! : 0);
  const at = (row: number) => (row < rows ? row * width : 0);
  for (let row = 0; row < rows; row += 4) {
    const [x0, x1, x2, x3] = [at(row), at(row + 1), at(row + 2), at(row + 3)];
    for (let label = 0; label < classes; label++) {
      const [r0, r1] = [residual(row, label), residual(row + 1, label)];
      const [r2, r3] = [residual(row + 2, label), residual(row + 3, label)];
      const w = label * (width + 1);
      for (let i = 0; i < width; i++) {
        gradient[w + i]! +=
          r0 * features[x0 + i]! + r1 * features[x1 + i]! + (r2 * features[x2 + i]! + r3 * features[x3 + i]!);
      }
      gradient[w + width]! += r0 + r1 + r2 + r3;
    }
  }
}

/** [rows]; 1 / (classes · rows of the class). */
export function balancedWeights(labels: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (const label of labels) counts[label]!++;
  const present = counts.filter(count => count > 0).length;
  return Float64Array.from(labels, label => 1 / (present * counts[label]!));
}

/** Logits of one row become what the loss changes by with each; returns −ln p of the label. */
function residualsOf(
  values: Float64Array,
  from: number,
  classes: number,
  label: number,
  weight: number,
): number {
  let highest = -Infinity;
  for (let i = from; i < from + classes; i++) highest = Math.max(highest, values[i]!);
  let sum = 0;
  for (let i = from; i < from + classes; i++) sum += Math.exp(values[i]! - highest);
  const loss = Math.log(sum) - (values[from + label]! - highest);
  for (let i = from; i < from + classes; i++) values[i] = (weight * Math.exp(values[i]! - highest)) / sum;
  values[from + label]! -= weight;
  return loss;
}

/** Biases are free: how often a class is met is no part of how it looks. */
function addPenalty(
  parameters: Float64Array,
  gradient: Float64Array,
  width: number,
  penalty: number,
): number {
  let squares = 0;
  for (let at = 0; at < parameters.length; at++) {
    if (at % (width + 1) === width) continue;
    squares += parameters[at]! ** 2;
    gradient[at]! += penalty * parameters[at]!;
  }
  return (penalty / 2) * squares;
}
