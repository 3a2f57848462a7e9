// The same gradients as TensorFlow.js computes on its CPU backend, for what both have.
import '@tensorflow/tfjs-backend-cpu';
// Registers the gradients.
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../../server/inference/session.ts';
import { gradient } from '../../../../src/core/train/gradient/gradient.ts';
import { elements, type TensorMap } from '../../../../src/core/tensor.ts';
import { int, many, text } from '../../onnx/attribute-values.ts';
import { ints, numbersIn, type Spread } from './generate.ts';
import { type Case, type Input, lossGraph, numbers, weightAt } from './loss-graph.ts';

interface Pair extends Case {
  readonly tf: (...inputs: tf.Tensor[]) => tf.Tensor;
}

beforeAll(() => tf.setBackend('cpu'));

const random = (shape: number[], seed: number, spread?: Spread) => numbersIn(shape, seed, spread);

const unary = (op: string, f: (x: tf.Tensor) => tf.Tensor, spread?: Spread, rest?: Partial<Case>): Pair => ({
  op,
  inputs: [random([3, 5], 1, spread)],
  tf: f,
  ...rest,
});

const binary = (op: string, f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor, right?: Spread): Pair => ({
  op,
  inputs: [random([2, 3, 4], 1, { from: 0.2, to: 2 }), random([3, 1], 2, right)],
  tf: f,
});

const elementwise: readonly Pair[] = [
  binary('Add', tf.add),
  binary('Sub', tf.sub),
  binary('Mul', tf.mul),
  binary('Div', tf.div, { from: 0.5 }),
  binary('Pow', tf.pow, { from: 0.5 }),
  // There the smaller operand is not broadcast back.
  ...(['Max', 'Min'] as const).map((op): Pair => ({
    op,
    inputs: [random([2, 3], 1), random([2, 3], 2, { from: -1.9, to: 2.1 })],
    tf: (a, b) => (op === 'Max' ? tf.maximum(a, b) : tf.minimum(a, b)),
  })),
  unary('Neg', tf.neg),
  unary('Abs', tf.abs, { kinks: [0] }),
  unary('Exp', tf.exp),
  unary('Log', tf.log, { from: 0.3 }),
  unary('Sqrt', tf.sqrt, { from: 0.3 }),
  unary('Reciprocal', tf.reciprocal, { from: 0.3 }),
  unary('Sin', tf.sin),
  unary('Cos', tf.cos),
  unary('Tan', tf.tan, { from: -1, to: 1 }),
  unary('Asin', tf.asin, { from: -0.8, to: 0.8 }),
  unary('Acos', tf.acos, { from: -0.8, to: 0.8 }),
  unary('Atan', tf.atan),
  unary('Sinh', tf.sinh),
  unary('Cosh', tf.cosh),
  unary('Asinh', tf.asinh),
  unary('Acosh', tf.acosh, { from: 1.3, to: 3 }),
  unary('Atanh', tf.atanh, { from: -0.8, to: 0.8 }),
  unary('Erf', tf.erf),
  unary('Relu', tf.relu, { kinks: [0] }),
  unary('LeakyRelu', x => tf.leakyRelu(x, 0.3), { kinks: [0] }, { attributes: { alpha: { float: 0.3 } } }),
  unary('Elu', tf.elu, { kinks: [0] }),
  unary('Selu', tf.selu, { kinks: [0] }),
  unary('Sigmoid', tf.sigmoid),
  unary('Tanh', tf.tanh),
  unary('Softplus', tf.softplus),
  unary('Softmax', x => tf.softmax(x)),
  unary('LogSoftmax', x => tf.logSoftmax(x)),
  unary(
    'Clip',
    x => tf.clipByValue(x, -0.7, 0.9),
    { kinks: [-0.7, 0.9] },
    {
      constants: { 1: numbers('FP32', [], [-0.7]), 2: numbers('FP32', [], [0.9]) },
    },
  ),
  unary(
    'CumSum',
    x => tf.cumsum(x, 1, true, true),
    {},
    {
      constants: { 1: { ...ints([1]), shape: [] } },
      attributes: { exclusive: int(1), reverse: int(1) },
    },
  ),
  {
    op: 'PRelu',
    inputs: [random([2, 3, 4], 1, { kinks: [0] }), random([4], 2)],
    tf: (x, slope) => tf.prelu(x, slope),
  },
  {
    op: 'Where',
    inputs: [random([2, 3], 1), random([2, 3], 2)],
    constants: { 0: { datatype: 'BOOL', shape: [2, 3], data: Uint8Array.of(1, 0, 0, 1, 1, 0) } },
    tf: (a, b) => tf.where(tf.tensor2d([1, 0, 0, 1, 1, 0], [2, 3], 'bool'), a, b),
  },
];

const reduced = (op: string, f: (x: tf.Tensor, axes: number[]) => tf.Tensor): Pair => ({
  op,
  inputs: [random([2, 3, 4], 1, { from: 0.2, to: 2 })],
  constants: { 1: ints([0, 2]) },
  attributes: { keepdims: int(0) },
  tf: x => f(x, [0, 2]),
});

const reductions: readonly Pair[] = [
  reduced('ReduceSum', (x, axes) => tf.sum(x, axes)),
  reduced('ReduceMean', (x, axes) => tf.mean(x, axes)),
  reduced('ReduceMax', (x, axes) => tf.max(x, axes)),
  reduced('ReduceMin', (x, axes) => tf.min(x, axes)),
  reduced('ReduceLogSumExp', (x, axes) => tf.logSumExp(x, axes)),
  reduced('ReduceSumSquare', (x, axes) => tf.sum(tf.square(x), axes)),
  reduced('ReduceL2', (x, axes) => tf.sqrt(tf.sum(tf.square(x), axes))),
];

const products: readonly Pair[] = [
  { op: 'MatMul', inputs: [random([3, 4], 1), random([4, 5], 2)], tf: (a, b) => tf.matMul(a, b) },
  { op: 'MatMul', inputs: [random([2, 3, 4], 1), random([2, 4, 5], 2)], tf: (a, b) => tf.matMul(a, b) },
  {
    op: 'Gemm',
    inputs: [random([4, 3], 1), random([5, 4], 2), random([5], 3)],
    attributes: { transA: int(1), transB: int(1) },
    tf: (a, b, c) => tf.add(tf.matMul(a, b, true, true), c),
  },
];

const toLast = (x: tf.Tensor) => tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D;
const toFirst = (x: tf.Tensor) => tf.transpose(x, [0, 3, 1, 2]);
const kernels = (w: tf.Tensor) => tf.transpose(w, [2, 3, 1, 0]) as tf.Tensor4D;
const image = random([2, 4, 6, 6], 1);

const windows = (size: number, stride: number, pad: number) => ({
  kernel_shape: many(size, size),
  strides: many(stride, stride),
  pads: many(pad, pad, pad, pad),
});

const conv = (stride: number, pad: number): Pair => ({
  op: 'Conv',
  inputs: [image, random([3, 4, 3, 3], 2), random([3], 3)],
  attributes: windows(3, stride, pad),
  tf: (x, w, b) => toFirst(tf.add(tf.conv2d(toLast(x), kernels(w), stride, pad, 'NHWC', 1, 'floor'), b)),
});

const pool = (op: string, f: typeof tf.maxPool, size: number, stride: number): Pair => ({
  op,
  inputs: [image],
  attributes: windows(size, stride, 0),
  tf: x => toFirst(f(toLast(x), size, stride, 0, 'floor')),
});

const images: readonly Pair[] = [
  conv(1, 1),
  conv(2, 0),
  {
    op: 'Conv',
    inputs: [image, random([4, 1, 3, 3], 2)],
    attributes: { ...windows(3, 1, 1), group: int(4) },
    tf: (x, w) => toFirst(tf.depthwiseConv2d(toLast(x), tf.transpose(w, [2, 3, 0, 1]) as tf.Tensor4D, 1, 1)),
  },
  {
    op: 'ConvTranspose',
    inputs: [random([2, 4, 3, 3], 1), random([4, 2, 2, 2], 2)],
    attributes: { kernel_shape: many(2, 2), strides: many(2, 2) },
    tf: (x, w) => toFirst(tf.conv2dTranspose(toLast(x), kernels(w), [2, 6, 6, 2], 2, 'valid')),
  },
  pool('MaxPool', tf.maxPool, 2, 2),
  pool('MaxPool', tf.maxPool, 3, 1),
  pool('AveragePool', tf.avgPool, 2, 2),
  pool('AveragePool', tf.avgPool, 3, 2),
  { op: 'GlobalAveragePool', inputs: [image], tf: x => tf.mean(x, [2, 3], true) },
  {
    op: 'BatchNormalization',
    inputs: [image, ...[1, 2, 3].map(seed => random([4], seed)), random([4], 4, { from: 0.4 })],
    tf: (x, ...channels) => {
      const [scale, bias, mean, variance] = channels as tf.Tensor1D[];
      return toFirst(tf.batchNorm(toLast(x), mean!, variance!, bias, scale, 1e-5));
    },
  },
  {
    op: 'LRN',
    inputs: [image],
    attributes: { size: int(3), alpha: { float: 0.6 }, beta: { float: 0.75 }, bias: { float: 1.2 } },
    // There alpha is of each element, not of the window.
    tf: x => toFirst(tf.localResponseNormalization(toLast(x), 1, 1.2, 0.2, 0.75)),
  },
  ...[true, false].map((corners): Pair => ({
    op: 'Resize',
    inputs: [image],
    constants: { 1: null, 2: null, 3: ints([2, 4, 9, 11]) },
    attributes: {
      mode: text('linear'),
      coordinate_transformation_mode: text(corners ? 'align_corners' : 'asymmetric'),
    },
    tf: x => toFirst(tf.image.resizeBilinear(toLast(x), [9, 11], corners)),
  })),
];

const moved: readonly Pair[] = [
  {
    op: 'Gather',
    inputs: [random([5, 3], 1)],
    constants: { 1: ints([4, 0, 4, 2]) },
    tf: x => tf.gather(x, tf.tensor1d([4, 0, 4, 2], 'int32')),
  },
  {
    op: 'Pad',
    inputs: [random([2, 3], 1)],
    constants: { 1: ints([1, 0, 0, 2]) },
    tf: x =>
      tf.pad(x, [
        [1, 0],
        [0, 2],
      ]),
  },
  {
    op: 'Slice',
    inputs: [random([4, 5], 1)],
    constants: { 1: ints([1, 2]), 2: ints([3, 5]) },
    tf: x => tf.slice(x, [1, 2], [2, 3]),
  },
  {
    op: 'Concat',
    inputs: [random([2, 3], 1), random([2, 2], 2)],
    attributes: { axis: int(1) },
    tf: (a, b) => tf.concat([a, b], 1),
  },
  {
    op: 'Transpose',
    inputs: [random([2, 3, 4], 1)],
    attributes: { perm: many(2, 0, 1) },
    tf: x => tf.transpose(x, [2, 0, 1]),
  },
  {
    op: 'Reshape',
    inputs: [random([2, 6], 1)],
    constants: { 1: ints([3, 4]) },
    tf: x => tf.reshape(x, [3, 4]),
  },
  { op: 'Tile', inputs: [random([2, 3], 1)], constants: { 1: ints([2, 3]) }, tf: x => tf.tile(x, [2, 3]) },
  {
    op: 'Expand',
    inputs: [random([3, 1], 1)],
    constants: { 1: ints([3, 4]) },
    tf: x => tf.broadcastTo(x, [3, 4]),
  },
];

async function ours(testCase: Case): Promise<number[][]> {
  const { tape, loss, names } = lossGraph(testCase);
  const grads = gradient(tape, { loss, wrt: names });
  names.forEach((name, i) => tape.graph.add('Identity', [grads.get(name)!], [`grad${i}`]));
  tape.graph.outputs = testCase.inputs.map(({ shape }, i) => ({
    name: `grad${i}`,
    datatype: 'FP32',
    shape: [...shape],
  }));
  const session = await openNodeSession(tape.graph.toBytes());
  const feeds: TensorMap = Object.fromEntries(
    testCase.inputs.map(({ shape, values }, i) => [`x${i}`, numbers('FP32', shape, values)]),
  );
  const answer = await session.run(feeds);
  await session.dispose();
  return names.map((_, i) => Array.from(answer[`grad${i}`]!.data as Float32Array));
}

function theirs({ tf: f, inputs }: Pair): number[][] {
  const tensors = inputs.map(({ shape, values }: Input) => tf.tensor([...values], [...shape]));
  const loss = (...xs: tf.Tensor[]) => {
    const y = f(...xs);
    const weights = Array.from({ length: elements(y.shape) }, (_, i) => weightAt(i));
    return tf.sum(tf.mul(y, tf.tensor(weights, y.shape)));
  };
  return tf.tidy(() =>
    tf
      .grads(loss)(tensors)
      .map(grad => Array.from(grad.dataSync())),
  );
}

describe('gradients are those of TensorFlow.js, within 1e-4 of the largest', () => {
  const all = [...elementwise, ...reductions, ...products, ...images, ...moved];

  it.each(all.map((pair, i) => [`${pair.op} (case ${i})`, pair] as const))('%s', async (_, pair) => {
    const got = await ours({ ...pair, datatype: 'FP32' });
    theirs(pair).forEach((wanted, i) => {
      const largest = Math.max(...wanted.map(Math.abs));
      expect(largest).toBeGreaterThan(0);
      expect(got[i]).toHaveLength(wanted.length);
      const furthest = Math.max(...wanted.map((value, j) => Math.abs(value - got[i]![j]!)));
      expect(furthest / largest, `input ${i}`).toBeLessThan(1e-4);
    });
  });
});
