// The same gradients on WebGPU as on WASM. (On the CPU, whose kernels WASM has, they are held against differences.)
import { describe, expect, test } from 'vitest';
import type { Attributes } from '../../../../src/core/onnx/build.ts';
import { gradient } from '../../../../src/core/train/gradient/gradient.ts';
import type { TensorMap } from '../../../../src/core/tensor.ts';
import { hasWebGpu, type WebProvider } from '../../../../src/worker/ort.ts';
import { openOrtSession } from '../../../../src/worker/ort-session.ts';
import { ints, numbersIn } from './generate.ts';
import { type Case, lossGraph, numbers } from './loss-graph.ts';

const windows = (kernel: number[], strides: number[], pads: number[]): Attributes => ({
  kernel_shape: { ints: kernel },
  strides: { ints: strides },
  pads: { ints: pads },
});
const image = numbersIn([2, 4, 6, 6], 1);
const channels = [1, 2, 3].map(seed => numbersIn([4], seed));
const string = (value: string) => ({ string: value });

const cases: readonly Case[] = [
  { op: 'Mul', inputs: [numbersIn([2, 3], 1), numbersIn([3], 2)] },
  { op: 'Div', inputs: [numbersIn([2, 3], 1), numbersIn([3], 2, { from: 0.5 })] },
  { op: 'Pow', inputs: [numbersIn([2, 3], 1, { from: 0.5 }), numbersIn([3], 2)] },
  { op: 'Abs', inputs: [numbersIn([2, 3], 1)] },
  { op: 'Max', inputs: [numbersIn([2, 3], 1), numbersIn([3], 2)] },
  { op: 'MatMul', inputs: [numbersIn([2, 3, 4], 1), numbersIn([4, 5], 2)] },
  { op: 'MatMul', inputs: [numbersIn([2, 3, 4], 1), numbersIn([2, 4, 5], 2)] },
  {
    op: 'Gemm',
    inputs: [numbersIn([3, 4], 1), numbersIn([5, 4], 2), numbersIn([5], 3)],
    attributes: { transB: { int: 1 } },
  },
  {
    op: 'Conv',
    inputs: [image, numbersIn([3, 4, 3, 3], 2)],
    attributes: windows([3, 3], [1, 1], [1, 1, 1, 1]),
  },
  {
    op: 'Conv',
    inputs: [image, numbersIn([3, 4, 3, 3], 2)],
    attributes: windows([3, 3], [2, 2], [1, 1, 1, 1]),
  },
  { op: 'Conv', inputs: [image, numbersIn([3, 4, 1, 1], 2)] },
  {
    op: 'Conv',
    inputs: [image, numbersIn([4, 1, 3, 3], 2), channels[0]!],
    attributes: { ...windows([3, 3], [2, 2], [1, 1, 1, 1]), group: { int: 4 } },
  },
  {
    op: 'Conv',
    inputs: [image, numbersIn([6, 2, 3, 3], 2)],
    attributes: { ...windows([3, 3], [1, 1], [2, 2, 2, 2]), group: { int: 2 }, dilations: { ints: [2, 2] } },
  },
  {
    op: 'Conv',
    inputs: [numbersIn([2, 3, 8], 1), numbersIn([4, 3, 3], 2)],
    attributes: windows([3], [2], [1, 1]),
  },
  {
    op: 'ConvTranspose',
    inputs: [image, numbersIn([4, 2, 3, 3], 2)],
    attributes: windows([3, 3], [2, 2], [1, 1, 1, 1]),
  },
  { op: 'MaxPool', inputs: [image], attributes: windows([2, 2], [2, 2], [0, 0, 0, 0]) },
  { op: 'MaxPool', inputs: [image], attributes: windows([3, 3], [2, 2], [1, 1, 1, 1]) },
  { op: 'AveragePool', inputs: [image], attributes: windows([2, 2], [2, 2], [0, 0, 0, 0]) },
  { op: 'AveragePool', inputs: [image], attributes: windows([3, 3], [2, 2], [1, 1, 1, 1]) },
  { op: 'GlobalAveragePool', inputs: [image] },
  { op: 'BatchNormalization', inputs: [image, ...channels, numbersIn([4], 4, { from: 0.4 })] },
  { op: 'LayerNormalization', inputs: [numbersIn([2, 3, 4], 1), ...channels.slice(1)] },
  { op: 'InstanceNormalization', inputs: [image, ...channels.slice(1)] },
  ...[
    'Relu',
    'LeakyRelu',
    'Elu',
    'Gelu',
    'Sigmoid',
    'HardSigmoid',
    'HardSwish',
    'Tanh',
    'Softmax',
    'LogSoftmax',
    'Softplus',
  ].map(op => ({ op, inputs: [numbersIn([3, 5], 1)] })),
  { op: 'Clip', inputs: [numbersIn([3, 5], 1), numbersIn([], 1, { from: -1, to: -1 })] },
  { op: 'ReduceMean', inputs: [image], constants: { 1: ints([2, 3]) }, attributes: { keepdims: { int: 0 } } },
  { op: 'ReduceMax', inputs: [image], constants: { 1: ints([1]) } },
  { op: 'Transpose', inputs: [image], attributes: { perm: { ints: [0, 2, 3, 1] } } },
  { op: 'Concat', inputs: [image, numbersIn([2, 1, 6, 6], 2)], attributes: { axis: { int: 1 } } },
  { op: 'Split', inputs: [image], outputs: 2, attributes: { axis: { int: 1 }, num_outputs: { int: 2 } } },
  {
    op: 'Slice',
    inputs: [image],
    constants: { 1: ints([1]), 2: ints([6]), 3: ints([2]), 4: ints([2]) },
  },
  {
    op: 'Pad',
    inputs: [image],
    constants: { 1: ints([0, 0, 1, 1, 0, 0, 1, 1]) },
    attributes: { mode: string('reflect') },
  },
  { op: 'Expand', inputs: [numbersIn([3, 1], 1)], constants: { 1: ints([2, 3, 4]) } },
  { op: 'Tile', inputs: [numbersIn([2, 3], 1)], constants: { 1: ints([2, 3]) } },
  { op: 'Resize', inputs: [image], constants: { 1: null, 2: null, 3: ints([2, 4, 12, 12]) } },
  {
    op: 'Resize',
    inputs: [image],
    constants: { 1: null, 2: null, 3: ints([2, 4, 9, 4]) },
    attributes: { mode: string('linear') },
  },
  {
    op: 'Gather',
    inputs: [numbersIn([5, 3], 1)],
    constants: { 1: { ...ints([4, 0, 4, -1]), shape: [2, 2] } },
  },
  {
    op: 'GatherElements',
    inputs: [numbersIn([3, 2], 1)],
    constants: { 1: { ...ints([2, 0, 0, 0]), shape: [2, 2] } },
  },
  {
    op: 'GatherND',
    inputs: [numbersIn([2, 3, 2], 1)],
    constants: { 1: { ...ints([2, 0, 1, 1]), shape: [2, 2, 1] } },
    attributes: { batch_dims: { int: 1 } },
  },
  { op: 'TopK', inputs: [numbersIn([3, 5], 1)], constants: { 1: ints([2]) }, outputs: 2 },
  {
    op: 'ScatterElements',
    inputs: [numbersIn([3, 2], 1), numbersIn([2, 2], 2)],
    constants: { 1: { ...ints([2, 0, 0, 1]), shape: [2, 2] } },
  },
  {
    op: 'ScatterND',
    inputs: [numbersIn([3, 2], 1), numbersIn([2, 2], 2)],
    constants: { 1: { ...ints([2, 0]), shape: [2, 1] } },
  },
  { op: 'OneHot', inputs: [numbersIn([2], 1)], constants: { 0: ints([1, 0, 2]), 1: ints([3]) } },
  { op: 'Trilu', inputs: [numbersIn([4, 3], 1)] },
  { op: 'LRN', inputs: [image], attributes: { size: { int: 3 }, alpha: { float: 0.5 } } },
  { op: 'LpPool', inputs: [image], attributes: windows([2, 2], [2, 2], [0, 0, 0, 0]) },
  { op: 'GlobalLpPool', inputs: [image] },
  {
    op: 'CenterCropPad',
    inputs: [image],
    constants: { 1: ints([4, 9]) },
    attributes: { axes: { ints: [2, 3] } },
  },
  {
    op: 'Resize',
    inputs: [image],
    constants: { 1: null, 2: null, 3: ints([2, 4, 9, 4]) },
    attributes: { mode: string('cubic') },
  },
  {
    op: 'SoftmaxCrossEntropyLoss',
    inputs: [numbersIn([4, 3], 1)],
    constants: { 1: ints([0, 2, -1, 1]) },
    attributes: { ignore_index: { int: -1 } },
  },
  {
    op: 'LSTM',
    inputs: [
      numbersIn([3, 2, 2], 1),
      numbersIn([1, 12, 2], 2),
      numbersIn([1, 12, 3], 3),
      numbersIn([1, 24], 4),
    ],
    outputs: 3,
    attributes: { hidden_size: { int: 3 } },
  },
  {
    op: 'GRU',
    inputs: [
      numbersIn([3, 2, 2], 1),
      numbersIn([1, 9, 2], 2),
      numbersIn([1, 9, 3], 3),
      numbersIn([1, 18], 4),
    ],
    outputs: 2,
    attributes: { hidden_size: { int: 3 } },
  },
].map(each => ({ ...each, datatype: 'FP32' }));

async function gradientsOn(provider: WebProvider, testCase: Case): Promise<number[][]> {
  const { tape, loss, names } = lossGraph(testCase);
  const { graph } = tape;
  [...gradient(tape, { loss, wrt: names }).values()].forEach((name, i) => {
    graph.add('Identity', [name], [`grad${i}`]);
    graph.outputs.push({ name: `grad${i}`, datatype: 'FP32', shape: [...testCase.inputs[i]!.shape] });
  });
  const session = await openOrtSession(graph.toBytes(), provider);
  try {
    const feeds: TensorMap = Object.fromEntries(
      testCase.inputs.map(({ shape, values }, i) => [`x${i}`, numbers('FP32', shape, values)]),
    );
    const answer = await session.run(feeds);
    return names.map((_, i) => Array.from(answer[`grad${i}`]!.data as Float32Array));
  } finally {
    await session.dispose();
  }
}

describe('gradients of one operator', async () => {
  const withWebGpu = await hasWebGpu();

  test.each(cases)('$op $attributes', async testCase => {
    const onWasm = await gradientsOn('wasm', testCase);
    expect(onWasm.flat().every(Number.isFinite)).toBe(true);
    expect(onWasm.flat().some(value => value !== 0)).toBe(true);
    if (!withWebGpu) return;
    const onWebGpu = await gradientsOn('webgpu', testCase);
    onWasm.forEach((wanted, i) => {
      const limit = 1e-4 * Math.max(1, ...wanted.map(Math.abs));
      const furthest = Math.max(...wanted.map((value, j) => Math.abs(value - onWebGpu[i]![j]!)));
      expect(furthest, `gradient of input ${i}`).toBeLessThanOrEqual(limit);
    });
  });
});
