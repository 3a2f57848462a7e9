// Gradients of normalizations. x̂ = (x − μ) / σ throughout, σ = √(variance + ε).
import { readFloat, readInt } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode } from '../../../onnx/graph.ts';
import { elements } from '../../../tensor.ts';
import { axesOf, axisOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';

export interface Normalized {
  /** (x − μ) / σ */
  readonly normal: string;
  /** 1 / σ */
  readonly inverse: string;
}

/** Spelled out, over these axes. */
export function normalize(t: Tape, x: string, axes: readonly number[], epsilon: number): Normalized {
  const centred = t.sub(x, t.mean(x, axes));
  const variance = t.mean(t.square(centred), axes);
  const inverse = t.op('Reciprocal', [t.op('Sqrt', [t.add(variance, epsilon)])]);
  return { normal: t.mul(centred, inverse), inverse };
}

// dx = (dx̂ − mean dx̂ − x̂ mean(dx̂ · x̂)) / σ  (Ioffe and Szegedy, arXiv 1502.03167, §3)
export function normalizedGradient(
  t: Tape,
  d: string,
  { normal, inverse }: Normalized,
  axes: readonly number[],
): string {
  const along = t.mul(normal, t.mean(t.mul(d, normal), axes));
  return t.mul(inverse, t.sub(t.sub(d, t.mean(d, axes)), along));
}

/** Of one number a channel: laid along axis 1. */
export function alongChannels(t: Tape, name: string, rank: number): string {
  return t.reshape(name, [1, t.shape(name)[0]!, ...Array<number>(Math.max(0, rank - 2)).fill(1)]);
}

// y = γ (x − μ) / σ + β, all along the channels: dx = γ/σ dy, dγ = Σ dy (x − μ) / σ, dβ = Σ dy, dμ = −γ/σ Σ dy,
// dσ² = −½ γ/σ³ Σ dy (x − μ)
const batchNormalization: GradientRule = (node, grad, t) => {
  if (readInt(node, 'training_mode', 0) === 1) {
    throw new HaversackError(
      'TrainingImpossible',
      `${describeNode(node)} is in training mode: spell it out first.`,
    );
  }
  const dy = grad[0]!;
  const [x, scale, bias, mean, variance] = node.inputs as [string, string, string, string, string];
  const rank = t.shape(x).length;
  const [m, v, gamma] = [mean, variance, scale].map(name => alongChannels(t, name, rank)) as [
    string,
    string,
    string,
  ];
  const inverse = t.op('Reciprocal', [t.op('Sqrt', [t.add(v, readFloat(node, 'epsilon', 1e-5))])]);
  const slope = t.mul(gamma, inverse);
  const perChannel = (value: string) => t.unbroadcast(value, t.shape(m));
  // Two sums over everything; all the rest is one number a channel.
  const sum = perChannel(dy);
  const along = perChannel(t.mul(dy, t.sub(x, m)));
  const flat = (value: string) => t.reshape(value, t.shape(mean));
  return [
    t.mul(dy, slope),
    flat(t.mul(along, inverse)),
    t.reshape(sum, t.shape(bias)),
    flat(t.neg(t.mul(sum, slope))),
    flat(t.mul(t.mul(along, -0.5), t.mul(slope, t.square(inverse)))),
  ];
};

// y = γ x̂ + β over the axes from `axis` on. μ and 1/σ are outputs that the node has at hand.
const layerNormalization: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [x, scale, bias = ''] = node.inputs as [string, string, string?];
  const shape = t.shape(x);
  const axes = axesOf(shape).slice(axisOf(readInt(node, 'axis', -1), shape.length));
  const inverse = t.cast(t.output(node, 2), t.datatype(x));
  const mean = t.cast(t.output(node, 1), t.datatype(x));
  const normalized = { normal: t.mul(t.sub(x, mean), inverse), inverse };
  return [
    normalizedGradient(t, t.mul(dy, scale), normalized, axes),
    t.unbroadcast(t.mul(dy, normalized.normal), t.shape(scale)),
    bias === '' ? null : t.unbroadcast(dy, t.shape(bias)),
  ];
};

// y = γ x / √(mean x² + ε): dx = (d − x̂ mean(d · x̂)) / σ with d = γ dy and x̂ = x / σ
const rmsNormalization: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [x, scale] = node.inputs as [string, string];
  const shape = t.shape(x);
  const axes = axesOf(shape).slice(axisOf(readInt(node, 'axis', -1), shape.length));
  const square = t.mean(t.square(x), axes);
  const inverse = t.op('Reciprocal', [t.op('Sqrt', [t.add(square, readFloat(node, 'epsilon', 1e-5))])]);
  const normal = t.mul(x, inverse);
  const d = t.mul(dy, scale);
  return [
    t.mul(inverse, t.sub(d, t.mul(normal, t.mean(t.mul(d, normal), axes)))),
    t.unbroadcast(t.mul(dy, normal), t.shape(scale)),
  ];
};

// y = γ x̂ + β over the places of each sample's channel
const instanceNormalization: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [x, scale] = node.inputs as [string, string];
  const rank = t.shape(x).length;
  const axes = axesOf(t.shape(x)).slice(2);
  const normalized = normalize(t, x, axes, readFloat(node, 'epsilon', 1e-5));
  const d = t.mul(dy, alongChannels(t, scale, rank));
  const others = axesOf(t.shape(x)).filter(axis => axis !== 1);
  return [
    normalizedGradient(t, d, normalized, axes),
    t.sum(t.mul(dy, normalized.normal), others, 'drop'),
    t.sum(dy, others, 'drop'),
  ];
};

// y = γ x̂ + β over the places and channels of each sample's group; γ and β for each channel (opset 21)
const groupNormalization: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [x, scale] = node.inputs as [string, string];
  const shape = t.shape(x);
  const groups = readInt(node, 'num_groups', 1);
  const grouped = [shape[0]!, groups, elements(shape.slice(1)) / groups];
  const normalized = normalize(t, t.reshape(x, grouped), [2], readFloat(node, 'epsilon', 1e-5));
  const d = t.reshape(t.mul(dy, alongChannels(t, scale, shape.length)), grouped);
  const others = axesOf(shape).filter(axis => axis !== 1);
  return [
    t.reshape(normalizedGradient(t, d, normalized, [2]), shape),
    t.sum(t.mul(dy, t.reshape(normalized.normal, shape)), others, 'drop'),
    t.sum(dy, others, 'drop'),
  ];
};

// y = x̂ over the axes
const meanVarianceNormalization: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  const attribute = node.attributes['axes'];
  const axes = attribute !== undefined && 'ints' in attribute ? attribute.ints : [0, 2, 3];
  // The operator adds 1e−9 to σ, not to the variance (ONNX, opset 13).
  return [normalizedGradient(t, grad[0]!, normalize(t, x, axes, 0), axes)];
};

export const normalization: Readonly<Record<string, GradientRule>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
};
