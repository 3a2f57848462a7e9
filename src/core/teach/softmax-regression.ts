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
    const x = row * width;
    for (let label = 0; label < classes; label++) {
      const w = label * (width + 1);
      let [s0, s1] = [parameters[w + width]!, 0];
      const even = width & ~1;
      for (let i = 0; i < even; i += 2) {
        s0 += features[x + i]! * parameters[w + i]!;
        s1 += features[x + i + 1]! * parameters[w + i + 1]!;
      }
      if (even < width) s0 += features[x + even]! * parameters[w + even]!;
      logits[row * classes + label] = s0 + s1;
    }
  }
  return logits;
}

/**
 * f(W, b) = Σᵢ uᵢ · −ln softmax(W xᵢ + b)[yᵢ] + penalty / 2 · ‖W‖²; ∂f/∂logits = uᵢ (p − onehot(yᵢ)). The weights uᵢ are
 * such that all classes count the same and their sum is 1: what was shown more often is not likelier for that.
 */
export function regressionObjective(rows: RegressionRows, penalty: number): Objective {
  const { width, classes, features, labels } = rows;
  const weights = balancedWeights(labels, classes);
  return (parameters, gradient) => {
    const residuals = logitsOf(rows, parameters);
    let value = 0;
    for (let row = 0; row < labels.length; row++) {
      value += weights[row]! * residualsOf(residuals, row * classes, classes, labels[row]!, weights[row]!);
    }
    gradient.fill(0);
    for (let row = 0; row < labels.length; row++) {
      for (let label = 0; label < classes; label++) {
        const residual = residuals[row * classes + label]!;
        const w = label * (width + 1);
        for (let i = 0, x = row * width; i < width; i++, x++) gradient[w + i]! += residual * features[x]!;
        gradient[w + width]! += residual;
      }
    }
    return value + addPenalty(parameters, gradient, width, penalty);
  };
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
