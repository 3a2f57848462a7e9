// Normalizations in plain operators: (x − mean) / √(variance + ε) · scale + bias, over different axes.
import { readFloat, readInt, readInts } from '../../attributes.ts';
import type { GraphNode } from '../../graph.ts';
import type { Rewriter } from '../rewrite.ts';
import type { DecomposeRule } from './rule.ts';

/** Layer and RMS normalization's ε; com.microsoft's Skip… take 1e-12. */
const layerEpsilon = 1e-5;

interface Normalized {
  readonly result: string;
  readonly mean: string | null;
  readonly inverseDeviation: string;
}

/** `isCentred` false: the root mean square in place of the deviation. */
function normalize(
  r: Rewriter,
  x: string,
  axes: readonly number[],
  epsilon: number,
  isCentred = true,
): Normalized {
  const over = r.ints(axes);
  const mean = isCentred ? r.op('ReduceMean', [x, over]) : null;
  const centred = mean ? r.op('Sub', [x, mean]) : x;
  const variance = r.op('ReduceMean', [r.op('Mul', [centred, centred]), over]);
  const deviation = r.op('Sqrt', [r.op('Add', [variance, r.scalar(epsilon, x)])]);
  const inverseDeviation = r.op('Reciprocal', [deviation]);
  return { result: r.op('Mul', [centred, inverseDeviation]), mean, inverseDeviation };
}

/** · scale + bias, under the name of the result. */
function affine(r: Rewriter, x: string, scale: string, bias: string | undefined, y: string): void {
  if (bias) r.opAs(y, 'Add', [r.op('Mul', [x, scale]), bias]);
  else r.opAs(y, 'Mul', [x, scale]);
}

/** The axes from `axis` to the last. */
function trailingAxes(node: GraphNode, r: Rewriter): number[] {
  const axis = readInt(node, 'axis', -1);
  const rank =
    axis < 0 ? 0 : (r.rank(node.inputs[0]!) ?? r.fail('the number of its dimensions is not known'));
  const count = axis < 0 ? -axis : rank - axis;
  return Array.from({ length: count }, (_, i) => i - count);
}

function rename(r: Rewriter, name: string | undefined, value: string | null): void {
  if (name && value) r.opAs(name, 'Identity', [value]);
}

const layer =
  (isCentred: boolean): DecomposeRule =>
  (node, r) => {
    const [x, scale, bias] = node.inputs as [string, string, string?];
    const epsilon = readFloat(node, 'epsilon', layerEpsilon);
    const normalized = normalize(r, x, trailingAxes(node, r), epsilon, isCentred);
    affine(r, normalized.result, scale, isCentred ? bias : undefined, node.outputs[0]!);
    if (isCentred) rename(r, node.outputs[1], normalized.mean);
    rename(r, node.outputs[isCentred ? 2 : 1], normalized.inverseDeviation);
  };

/** A scale for each channel, shaped to broadcast over what comes behind the channels. */
function perChannel(r: Rewriter, x: string, scale: string): string {
  const rank = r.rank(x) ?? r.fail('the number of its dimensions is not known');
  const behind = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  return behind.length > 0 ? r.op('Unsqueeze', [scale, r.ints(behind)]) : scale;
}

const instance: DecomposeRule = (node, r) => {
  const [x, scale, bias] = node.inputs as [string, string, string];
  const rank = r.rank(x) ?? r.fail('the number of its dimensions is not known');
  const axes = Array.from({ length: rank - 2 }, (_, i) => i + 2);
  const { result } = normalize(r, x, axes, readFloat(node, 'epsilon', layerEpsilon));
  affine(r, result, perChannel(r, x, scale), perChannel(r, x, bias), node.outputs[0]!);
};

/** ONNX GroupNormalization-21: groups of neighbouring channels, a scale for each channel. */
const group: DecomposeRule = (node, r) => {
  const [x, scale, bias] = node.inputs as [string, string, string];
  const groups = r.op('Reshape', [x, r.ints([0, readInt(node, 'num_groups', 1), -1])]);
  const { result } = normalize(r, groups, [2], readFloat(node, 'epsilon', layerEpsilon));
  const back = r.op('Reshape', [result, r.op('Shape', [x])]);
  affine(r, back, perChannel(r, x, scale), perChannel(r, x, bias), node.outputs[0]!);
};

/** (x − mean) / √variance; ONNX Runtime adds 1e-9 to the deviation, as ONNX's function body does. */
const meanVariance: DecomposeRule = (node, r) => {
  const x = node.inputs[0]!;
  const over = r.ints(readInts(node, 'axes', [0, 2, 3]));
  const centred = r.op('Sub', [x, r.op('ReduceMean', [x, over])]);
  const deviation = r.op('Sqrt', [r.op('ReduceMean', [r.op('Mul', [centred, centred]), over])]);
  r.opAs(node.outputs[0]!, 'Div', [centred, r.op('Add', [deviation, r.scalar(1e-9, x)])]);
};

// x / ‖x‖ₚ along one axis; a norm of 0 makes 0, as in ONNX Runtime.
const lp: DecomposeRule = (node, r) => {
  const x = node.inputs[0]!;
  const axes = r.ints([readInt(node, 'axis', -1)]);
  const norm = r.op(readInt(node, 'p', 2) === 1 ? 'ReduceL1' : 'ReduceL2', [x, axes]);
  const isZero = r.op('Equal', [norm, r.scalar(0, x)]);
  r.opAs(node.outputs[0]!, 'Div', [x, r.op('Where', [isZero, r.scalar(1, x), norm])]);
};

/** com.microsoft: normalization of input + skip + bias; output 3 is that sum. */
const skip =
  (isCentred: boolean): DecomposeRule =>
  (node, r) => {
    const [x, other, scale] = node.inputs as [string, string, string];
    const [beta, bias] = isCentred ? [node.inputs[3], node.inputs[4]] : [undefined, node.inputs[3]];
    const plain = r.op('Add', [x, other]);
    const sum = bias ? r.op('Add', [plain, bias]) : plain;
    const normalized = normalize(r, sum, [-1], readFloat(node, 'epsilon', 1e-12), isCentred);
    affine(r, normalized.result, scale, beta === '' ? undefined : beta, node.outputs[0]!);
    rename(r, node.outputs[1], normalized.mean);
    rename(r, node.outputs[2], normalized.inverseDeviation);
    rename(r, node.outputs[3], sum);
  };

export const normalizationRules: Readonly<Record<string, DecomposeRule>> = {
  GroupNormalization: group,
  InstanceNormalization: instance,
  LayerNormalization: layer(true),
  LpNormalization: lp,
  MeanVarianceNormalization: meanVariance,
  RMSNormalization: layer(false),
  SimplifiedLayerNormalization: layer(false),
  'com.microsoft.SkipLayerNormalization': skip(true),
  'com.microsoft.SkipSimplifiedLayerNormalization': skip(false),
};
