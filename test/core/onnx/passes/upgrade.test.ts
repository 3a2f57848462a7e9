import { describe, expect, test } from 'vitest';
import { numbersOf } from '../../../../src/core/onnx/infer/known.ts';
import { inferShapes } from '../../../../src/core/onnx/infer.ts';
import type { Attributes } from '../../../../src/core/onnx/build.ts';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { constantsToInitializers } from '../../../../src/core/onnx/passes/constants-to-initializers.ts';
import { upgrade } from '../../../../src/core/onnx/passes/upgrade.ts';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { floats, ints, runGraph, type SingleNode, singleNodeGraph, withOutputs } from '../single-node.ts';

const int = (value: number) => ({ int: value });
const many = (...values: number[]) => ({ ints: values });
const float = (value: number) => ({ float: value });
const text = (value: string) => ({ string: value });

/** What the old form and the new one answer, and the new graph. The first input is fed; its rank is known or not. */
async function bothForms(node: SingleNode, isShapeKnown: boolean) {
  const graph = singleNodeGraph(node);
  const types = inferShapes(graph);
  const x = node.inputs[0]!;
  graph.initializers.delete('in0');
  graph.inputs = [
    { name: 'in0', datatype: x.datatype, shape: isShapeKnown ? [...x.shape] : x.shape.map(() => -1) },
  ];
  withOutputs(graph, graph.nodes[0]!.outputs, types);
  const upgraded = upgrade(graph);
  return { before: await runGraph(graph, { in0: x }), after: await runGraph(upgraded, { in0: x }), upgraded };
}

const scales = (...values: number[]): Tensor => float32([values.length], values);

const old: readonly (readonly [string, SingleNode])[] = [
  ['Softmax over what follows an axis', { op: 'Softmax', inputs: [floats(2, 3, 4)], opset: 11 }],
  ['Softmax over the last axis', { op: 'Softmax', inputs: [floats(2, 3)], opset: 9 }],
  ['LogSoftmax', { op: 'LogSoftmax', inputs: [floats(2, 3, 4)], attributes: { axis: int(0) }, opset: 12 }],
  ['Hardmax', { op: 'Hardmax', inputs: [floats(2, 3, 4)], opset: 11 }],
  ['Clip', { op: 'Clip', inputs: [floats(5)], attributes: { min: float(-0.5), max: float(0.5) }, opset: 7 }],
  ['Clip with one bound', { op: 'Clip', inputs: [floats(5)], attributes: { max: float(0.5) }, opset: 7 }],
  ['Clip with none', { op: 'Clip', inputs: [floats(5)], opset: 7 }],
  [
    'Pad',
    {
      op: 'Pad',
      inputs: [floats(2, 3)],
      attributes: { pads: many(1, 0, 2, 1), value: float(0.5) },
      opset: 9,
    },
  ],
  [
    'Pad by reflection',
    {
      op: 'Pad',
      inputs: [floats(3, 3)],
      attributes: { pads: many(1, 1, 1, 1), mode: text('reflect') },
      opset: 9,
    },
  ],
  [
    'Slice',
    {
      op: 'Slice',
      inputs: [floats(5, 6)],
      attributes: { starts: many(1, -3), ends: many(4, 2 ** 31), axes: many(0, 1) },
      opset: 9,
    },
  ],
  ['Squeeze', { op: 'Squeeze', inputs: [floats(1, 3, 1)], attributes: { axes: many(0) }, opset: 11 }],
  ['Unsqueeze', { op: 'Unsqueeze', inputs: [floats(3)], attributes: { axes: many(0, 2) }, opset: 11 }],
  [
    'Split',
    {
      op: 'Split',
      inputs: [floats(2, 7)],
      attributes: { axis: int(1), split: many(3, 4) },
      outputs: 2,
      opset: 11,
    },
  ],
  ['Split into equals', { op: 'Split', inputs: [floats(6, 2)], outputs: 3, opset: 13 }],
  ['TopK', { op: 'TopK', inputs: [floats(2, 5)], attributes: { k: int(3) }, outputs: 2, opset: 9 }],
  ...['L1', 'L2', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum', 'SumSquare'].map(
    name =>
      [
        `Reduce${name}`,
        {
          op: `Reduce${name}`,
          inputs: [floats(2, 3, 4)],
          attributes: { axes: many(1), keepdims: int(0) },
          opset: 11,
        },
      ] as const,
  ),
  ['ReduceMean over all', { op: 'ReduceMean', inputs: [floats(2, 3)], opset: 13 }],
  ['Dropout', { op: 'Dropout', inputs: [floats(2, 3)], attributes: { ratio: float(0.3) }, opset: 7 }],
  [
    'BatchNormalization',
    {
      op: 'BatchNormalization',
      inputs: [floats(2, 3, 4), floats(3), floats(3), floats(3), float32([3], [1, 2, 3])],
      attributes: { spatial: int(1), epsilon: float(1e-3) },
      opset: 7,
    },
  ],
  [
    'Upsample with a scales attribute',
    {
      op: 'Upsample',
      inputs: [floats(1, 1, 3, 4)],
      attributes: { scales: { floats: [1, 1, 2, 3] } },
      opset: 7,
    },
  ],
  ['Upsample', { op: 'Upsample', inputs: [floats(1, 1, 3, 4), scales(1, 1, 2, 2.5)], opset: 9 }],
  [
    'Upsample, linear',
    {
      op: 'Upsample',
      inputs: [floats(1, 1, 3, 4), scales(1, 1, 2, 3)],
      attributes: { mode: text('linear') },
      opset: 9,
    },
  ],
  ['Resize that shrinks', { op: 'Resize', inputs: [floats(1, 1, 6, 9), scales(1, 1, 0.5, 0.4)], opset: 10 }],
  [
    'Resize, linear',
    {
      op: 'Resize',
      inputs: [floats(1, 1, 6, 9), scales(1, 1, 0.5, 1.7)],
      attributes: { mode: text('linear') },
      opset: 10,
    },
  ],
  [
    'Resize to sizes, with empty scales',
    { op: 'Resize', inputs: [floats(1, 1, 6, 9), scales(), scales(), ints(1, 1, 4, 5)], opset: 11 },
  ],
  [
    'Scatter',
    { op: 'Scatter', inputs: [floats(3, 3), { ...ints(0, 2), shape: [1, 2] }, floats(1, 2)], opset: 10 },
  ],
  [
    'RoiAlign',
    {
      op: 'RoiAlign',
      inputs: [floats(1, 2, 8, 8), float32([1, 4], [0, 0, 5, 6]), ints(0)],
      attributes: { output_height: int(3), output_width: int(2) },
      opset: 11,
    },
  ],
  [
    'GridSample',
    {
      op: 'GridSample',
      inputs: [floats(1, 2, 4, 4), floats(1, 3, 5, 2)],
      attributes: { mode: text('bicubic') },
      opset: 16,
    },
  ],
];

describe('upgrade', () => {
  test.each(old)('%s answers the same, bit for bit, and its shapes are known', async (_, node) => {
    const { before, after, upgraded } = await bothForms(node, true);
    expect(after).toEqual(before);
    expect(upgraded.opset).toBe(21);
    const types = inferShapes(upgraded);
    for (const [name, { shape }] of Object.entries(before))
      expect(types.get(name)?.shape).toEqual([...shape]);
  });

  test.each(old.filter(([, { op }]) => op.endsWith('max')))(
    '%s, also where no rank is known',
    async (_, node) => {
      const { before, after } = await bothForms(node, false);
      expect(after).toEqual(before);
    },
  );

  test('a Softmax over the last of the known axes stays one node', () => {
    const graph = singleNodeGraph({ op: 'Softmax', inputs: [floats(2, 3)], opset: 9 });
    expect(upgrade(graph).nodes.map(({ op }) => op)).toEqual(['Softmax']);
  });

  test('GroupNormalization-18 has a scale for each group, 21 for each channel', async () => {
    const x = floats(2, 4, 3);
    const graph = singleNodeGraph({
      op: 'GroupNormalization',
      inputs: [x, float32([2], [2, 3]), float32([2], [0.5, -1])],
      attributes: { num_groups: int(2) },
      opset: 18,
    });
    const same = singleNodeGraph({
      op: 'GroupNormalization',
      inputs: [x, float32([4], [2, 2, 3, 3]), float32([4], [0.5, 0.5, -1, -1])],
      attributes: { num_groups: int(2) },
    });
    const upgraded = upgrade(graph);
    const types = inferShapes(upgraded);
    const got = await runGraph(withOutputs(upgraded, ['out0'], types));
    expect(got).toEqual(await runGraph(withOutputs(same, ['out0'], types)));
  });

  test('bodies of If are upgraded too', async () => {
    const body = (axis: number) => {
      const branch = new Graph();
      branch.add('Squeeze', ['x'], ['y'], { attributes: { axes: many(axis) } });
      branch.outputs = [{ name: 'y', datatype: 'FP32', shape: [-1, -1] }];
      return branch.toModel().graph!;
    };
    const graph = new Graph();
    graph.opset = 11;
    graph.inputs = [
      { name: 'x', datatype: 'FP32', shape: [1, 3, 1] },
      { name: 'condition', datatype: 'BOOL', shape: [] },
    ];
    graph.outputs = [{ name: 'z', datatype: 'FP32', shape: [-1, -1] }];
    graph.add('If', ['condition'], ['z'], {
      attributes: { then_branch: { graph: body(0) }, else_branch: { graph: body(2) } },
    });
    const feeds = {
      x: floats(1, 3, 1),
      condition: { datatype: 'BOOL' as const, shape: [], data: Uint8Array.of(0) },
    };
    const { z } = await runGraph(upgrade(graph), feeds);
    expect(z!.shape).toEqual([1, 3]);
    expect(await runGraph(graph, feeds)).toEqual({ z });
  });

  test('Resize-10 rounds by its scales, also where constants make them, and is refused where they are fed', async () => {
    const x = floats(1, 1, 6, 9);
    const graph = new Graph();
    graph.opset = 10;
    graph.inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 1, 6, 9] }];
    graph.outputs = [{ name: 'y', datatype: 'FP32', shape: [-1, 1, -1, -1] }];
    graph.add('Constant', [], ['ones'], { attributes: { value: { tensor: scales(1, 1) } } });
    graph.add('Constant', [], ['halves'], { attributes: { value: { tensor: scales(0.4, 0.4) } } });
    graph.add('Concat', ['ones', 'halves'], ['scales'], { attributes: { axis: int(0) } });
    graph.add('Resize', ['x', 'scales'], ['y'], { name: 'r' });
    expect(await runGraph(upgrade(graph), { x })).toEqual(await runGraph(graph, { x }));
    graph.inputs.push({ name: 'fed', datatype: 'FP32', shape: [4] });
    graph.nodes.at(-1)!.inputs[1] = 'fed';
    expect(() => upgrade(graph)).toThrow(/Resize 'r': its scales are not known before it runs/);
  });

  test('leaves the given graph and newer opsets alone', () => {
    const graph = singleNodeGraph({
      op: 'Clip',
      inputs: [floats(5)],
      attributes: { max: float(0.5) },
      opset: 7,
    });
    const before = graph.toBytes();
    upgrade(graph);
    expect(graph.toBytes()).toEqual(before);
    expect(upgrade(singleNodeGraph({ op: 'Relu', inputs: [floats(5)], opset: 23 })).opset).toBe(23);
  });

  test.each<[string, SingleNode, RegExp]>([
    [
      'normalization of every element by itself',
      { op: 'BatchNormalization', inputs: [floats(2, 3)], attributes: { spatial: int(0) }, opset: 8 },
      /BatchNormalization 'BatchNormalization': it normalizes every element by itself/,
    ],
    [
      'a Resize that grows and shrinks at once',
      { op: 'Resize', inputs: [floats(1, 1, 4, 4), scales(1, 1, 2, 0.5)], opset: 10 },
      /Resize 'Resize': it grows and shrinks at once/,
    ],
  ])('refuses %s', (_, node, message) => {
    expect(() => upgrade(singleNodeGraph(node))).toThrow(message);
  });
});

describe('constantsToInitializers', () => {
  test('a weight in a Constant node keeps its name and its elements', async () => {
    const graph = new Graph();
    graph.opset = 9;
    graph.inputs = [{ name: 'x', datatype: 'FP32', shape: [2, 3] }];
    graph.outputs = [{ name: 'y', datatype: 'FP32', shape: [2, 3] }];
    graph.add('Constant', [], ['w'], { attributes: { value: { tensor: floats(3) } } });
    graph.add('Mul', ['x', 'w'], ['y']);
    const read = Graph.read(graph.toBytes());
    const result = constantsToInitializers(read);
    expect(result.nodes.map(({ op }) => op)).toEqual(['Mul']);
    expect(numbersOf(result.initializers.get('w')!)).toEqual(
      numbersOf((graph.nodes[0]!.attributes['value'] as { tensor: Tensor }).tensor),
    );
    const x = floats(2, 3);
    expect(await runGraph(result, { x })).toEqual(await runGraph(graph, { x }));
  });

  test.each<[string, Attributes, number[]]>([
    ['value_float', { value_float: float(1.5) }, [1.5]],
    ['value_ints', { value_ints: many(1, 2) }, [1, 2]],
  ])('%s', (_, attributes, numbers) => {
    const graph = singleNodeGraph({ op: 'Constant', inputs: [], attributes });
    expect(numbersOf(constantsToInitializers(graph).initializers.get('out0')!)).toEqual(numbers);
  });
});
