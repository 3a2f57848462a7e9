// Gradients of what belongs to no family: choice, dropout, quantization.
import { readInt } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';
import { axisOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';

// y = a where the condition holds, else b
const where: GradientRule = ({ inputs }, grad, t) => {
  const [condition, a, b] = inputs as [string, string, string];
  return [
    null,
    t.unbroadcast(t.where(condition, grad[0]!, 0), t.shape(a)),
    t.unbroadcast(t.where(condition, 0, grad[0]!), t.shape(b)),
  ];
};

// Outside of training y = x. (In training its mask is spelled out before: `dropout.ts`.)
const dropout: GradientRule = (node, grad, t) => {
  const mode = node.inputs[2] ?? '';
  if (mode !== '' && t.known(mode)?.[0] !== 0) {
    throw new HaversackError(
      'TrainingImpossible',
      `${describeNode(node)} draws its own mask, which has no gradient: spell it out first.`,
    );
  }
  return [grad[0]!];
};

/** A scale of one dimension, laid along its axis; blocks are not known. */
function scaleOf(node: GraphNode, t: Tape): { scale: string; zero: string | null } {
  const [x, scale, zero = ''] = node.inputs as [string, string, string?];
  const rank = t.shape(x).length;
  if (readInt(node, 'block_size', 0) !== 0) {
    throw new HaversackError('TrainingImpossible', `${describeNode(node)} is quantized in blocks.`);
  }
  const axis = axisOf(readInt(node, 'axis', 1), rank);
  const isPerAxis = t.shape(scale).length === 1 && t.shape(scale)[0] !== 1;
  const shape = Array.from({ length: rank }, (_, i) => (isPerAxis && i === axis ? t.shape(scale)[0]! : 1));
  const lay = (name: string) => (rank === 0 ? t.reshape(name, []) : t.reshape(name, shape));
  return {
    scale: lay(scale),
    zero: zero === '' ? null : lay(t.cast(zero, t.datatype(scale))),
  };
}

// y = s (q − z): ds = Σ dy (q − z). q gets s dy: integers stand for the numbers that QuantizeLinear made them from
const dequantize: GradientRule = (node, grad, t) => {
  const [q, s] = node.inputs as [string, string];
  const { scale, zero } = scaleOf(node, t);
  const number = t.cast(q, t.datatype(s));
  const centred = zero === null ? number : t.sub(number, zero);
  const ds = t.reshape(t.unbroadcast(t.mul(grad[0]!, centred), t.shape(scale)), t.shape(s));
  return [t.mul(grad[0]!, scale), ds, null];
};

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  UINT8: [0, 255],
  INT8: [-128, 127],
  UINT16: [0, 65535],
  INT16: [-32768, 32767],
};

// q = saturate(⌊x / s⌉ + z), straight through the rounding: dx = dq / s where q is not at the end of its range
// (Bengio et al., arXiv 1308.3432; Jacob et al., arXiv 1712.05877, §3)
const quantize: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  const { scale, zero } = scaleOf(node, t);
  const [low, high] = ranges[t.datatype(node.outputs[0]!)] ?? [-Infinity, Infinity];
  const level = t.div(x, scale);
  const at = zero === null ? level : t.add(level, zero);
  const dx = t.div(grad[0]!, scale);
  return [t.where(t.less(at, low), 0, t.where(t.greater(at, high), 0, dx)), null, null];
};

export const misc: Readonly<Record<string, GradientRule>> = {
  Where: where,
  Dropout: dropout,
  DequantizeLinear: dequantize,
  QuantizeLinear: quantize,
};
