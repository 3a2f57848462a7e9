// What ONNX Runtime 1.30 does where ONNX leaves it open, or otherwise than ONNX has it: code here goes by it. A test that
// fails after an update says where to look.
import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../src/core/onnx/infer.ts';
import { upgrade } from '../../../src/core/onnx/passes/upgrade.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { int, many, text } from './attribute-values.ts';
import {
  floats,
  inferAndRun,
  runGraph,
  type SingleNode,
  singleNodeGraph,
  withOutputs,
} from './single-node.ts';

const same = { auto_pad: text('SAME_UPPER') };
const row = (...values: number[]): Tensor => float32([1, 1, values.length], values);

/** The one output, its shape inferred before. */
async function answer(node: SingleNode): Promise<Tensor> {
  const { inferred, run } = await inferAndRun(node);
  expect(inferred[0]!.shape).toEqual([...run[0]!.shape]);
  return run[0]!;
}

describe('padding by SAME', () => {
  test('is refused by Conv for a dilated kernel, here already when shapes are inferred', async () => {
    const node = {
      op: 'Conv',
      inputs: [floats(1, 1, 6), floats(1, 1, 2)],
      attributes: { ...same, dilations: many(2) },
    };
    const graph = singleNodeGraph(node);
    const types = new Map([['out0', { datatype: 'FP32' as const, shape: [1, 1, 6] }]]);
    await expect(runGraph(withOutputs(graph, ['out0'], types))).rejects.toThrow(/Dilation not supported/);
    expect(() => inferShapes(singleNodeGraph(node))).toThrow(
      "Conv 'Conv': ONNX Runtime does not pad a dilated kernel by SAME.",
    );
  });

  test('pads a pool as if its kernel were not dilated, and answers fewer elements than it was given', async () => {
    const { data } = await answer({
      op: 'MaxPool',
      inputs: [row(5, 1, 4, 2, 6, 3)],
      attributes: { ...same, kernel_shape: many(2), dilations: many(2) },
    });
    expect([...(data as Float32Array)]).toEqual([5, 2, 6, 3, 6]);
  });

  test('makes of ConvTranspose less than input · stride where the kernel is smaller than the stride', async () => {
    const { data } = await answer({
      op: 'ConvTranspose',
      inputs: [row(1, 2, 3), row(1, 10)],
      attributes: { ...same, strides: many(4) },
    });
    // ONNX: 12 elements.
    expect([...(data as Float32Array)]).toEqual([1, 10, 0, 0, 2, 20, 0, 0, 3, 30]);
  });
});

describe('ceil_mode', () => {
  const pool = (op: string, size: number, stride: number, pad: number): SingleNode => ({
    op,
    inputs: [row(1, 2, 3, 4, 5)],
    attributes: { kernel_shape: many(size), strides: many(stride), pads: many(pad, pad), ceil_mode: int(1) },
  });

  test('adds a last window that is not whole', async () => {
    expect((await answer(pool('MaxPool', 2, 2, 0))).data).toEqual(Float32Array.of(2, 4, 5));
  });

  test('adds none that would begin in the padding', async () => {
    // Windows begin at −1, 1, 3; the next would at 5, where only padding is.
    expect((await answer(pool('MaxPool', 2, 2, 1))).data).toEqual(Float32Array.of(1, 3, 5));
  });

  test('divides an average by what a window has of the input and the padding, not by its size', async () => {
    const node = pool('AveragePool', 2, 2, 0);
    const counting = { ...node, attributes: { ...node.attributes, count_include_pad: int(1) } };
    expect((await answer(counting)).data).toEqual(Float32Array.of(1.5, 3.5, 5));
  });
});

describe('Resize of opset 10', () => {
  test.each([
    ['cuts positions down where an axis grows', 1.5, [1, 1, 2, 3, 3, 4]],
    ['rounds them up where it shrinks', 0.6, [1, 3]],
  ])('%s', async (_, scale, wanted) => {
    const node: SingleNode = {
      op: 'Resize',
      inputs: [float32([1, 1, 1, 4], [1, 2, 3, 4]), float32([4], [1, 1, 1, scale])],
      opset: 10,
    };
    expect([...((await answer(node)).data as Float32Array)]).toEqual(wanted);
    const graph = upgrade(singleNodeGraph(node));
    const { out0 } = await runGraph(withOutputs(graph, ['out0'], inferShapes(graph)));
    expect([...(out0!.data as Float32Array)]).toEqual(wanted);
  });
});

test('LRN is refused for a window that has no middle', async () => {
  const graph = singleNodeGraph({ op: 'LRN', inputs: [floats(1, 3, 2, 2)], attributes: { size: int(2) } });
  await expect(runGraph(withOutputs(graph, ['out0'], inferShapes(graph)))).rejects.toThrow(/size_ % 2 == 1/);
});
