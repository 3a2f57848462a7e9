// Gradient of LRN (ONNX, opset 13): each element is divided by how strong its neighbours among the channels are.
import { readFloat, readInt } from '../../../onnx/attributes.ts';
import { alongAxis, type Matrix, matrixOf } from '../along-axis.ts';
import type { GradientRule } from '../rule.ts';

/** A channel's sum over its window, or (`transposed`) a window's share for each channel in it. */
function windowSums(channels: number, size: number, transposed: boolean): Matrix {
  const before = Math.floor((size - 1) / 2);
  const after = size - 1 - before;
  return matrixOf(channels, channels, (to, from) => {
    const [centre, other] = transposed ? [from, to] : [to, from];
    return other >= centre - before && other <= centre + after ? 1 : 0;
  });
}

// y = x s^−β, s = k + α/n Σ x² over n channels: dx = dy s^−β − 2 αβ/n · x · Σ dy · y / s over the windows that x is in
// (Krizhevsky et al., ImageNet classification with deep convolutional neural networks, §3.3)
const lrn: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [x] = node.inputs as [string];
  const size = readInt(node, 'size', 1);
  const [alpha, beta] = [readFloat(node, 'alpha', 1e-4), readFloat(node, 'beta', 0.75)];
  const channels = t.shape(x)[1]!;
  const sums = alongAxis(t, t.square(x), 1, windowSums(channels, size, false));
  const s = t.add(t.mul(sums, alpha / size), readFloat(node, 'bias', 1));
  const own = t.mul(dy, t.op('Pow', [s, t.scalar(-beta, t.datatype(x))]));
  const others = alongAxis(t, t.div(t.mul(dy, node.outputs[0]!), s), 1, windowSums(channels, size, true));
  return [t.sub(own, t.mul(t.mul(x, others), (2 * alpha * beta) / size))];
};

export const localResponse: Readonly<Record<string, GradientRule>> = { LRN: lrn };
