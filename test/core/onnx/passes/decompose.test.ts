import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../../src/core/onnx/infer.ts';
import { Graph, operatorOf } from '../../../../src/core/onnx/graph.ts';
import { decompose, decomposeRules } from '../../../../src/core/onnx/passes/decompose.ts';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { floats, runGraph, type SingleNode, singleNodeGraph, withOutputs } from '../single-node.ts';

const int = (value: number) => ({ int: value });
const float = (value: number) => ({ float: value });
const text = (value: string) => ({ string: value });
/** Wide enough for both sides of every bend. */
const wide = (...shape: number[]) => {
  const tensor = floats(...shape);
  return float32(
    shape,
    Float32Array.from(tensor.data as Float32Array, value => value * 4),
  );
};

const composite: readonly SingleNode[] = [
  { op: 'Celu', inputs: [wide(20)], attributes: { alpha: float(0.7) } },
  { op: 'Gelu', inputs: [wide(20)] },
  { op: 'Gelu', inputs: [wide(20)], attributes: { approximate: text('tanh') } },
  { op: 'HardSwish', inputs: [wide(20)] },
  { op: 'Mish', inputs: [wide(20)] },
  { op: 'Selu', inputs: [wide(20)] },
  { op: 'Softsign', inputs: [wide(20)] },
  { op: 'com.microsoft.BiasGelu', inputs: [wide(3, 4), floats(4)] },
  { op: 'com.microsoft.FastGelu', inputs: [wide(3, 4)] },
  { op: 'com.microsoft.FastGelu', inputs: [wide(3, 4), floats(4)] },
  { op: 'com.microsoft.Gelu', inputs: [wide(20)] },
  { op: 'com.microsoft.QuickGelu', inputs: [wide(20)], attributes: { alpha: float(1.5) } },
  {
    op: 'GroupNormalization',
    inputs: [wide(2, 4, 3, 5), floats(4), floats(4)],
    attributes: { num_groups: int(2) },
  },
  {
    op: 'InstanceNormalization',
    inputs: [wide(2, 3, 4, 5), floats(3), floats(3)],
    attributes: { epsilon: float(0.1) },
  },
  { op: 'LayerNormalization', inputs: [wide(2, 3, 4), floats(4), floats(4)], outputs: 3 },
  {
    op: 'LayerNormalization',
    inputs: [wide(2, 3, 4), floats(3, 4)],
    attributes: { axis: int(1), epsilon: float(0.1) },
  },
  { op: 'LpNormalization', inputs: [wide(2, 3)] },
  {
    op: 'LpNormalization',
    inputs: [float32([2, 2], [0, 3, 0, -4])],
    attributes: { axis: int(0), p: int(1) },
  },
  { op: 'MeanVarianceNormalization', inputs: [wide(2, 3, 4, 5)] },
  { op: 'RMSNormalization', inputs: [wide(2, 3, 4), floats(4)], opset: 23 },
  { op: 'SimplifiedLayerNormalization', inputs: [wide(2, 3, 4), floats(4)] },
  {
    op: 'com.microsoft.SkipLayerNormalization',
    inputs: [wide(2, 3, 4), wide(2, 3, 4), floats(4), floats(4), floats(4)],
  },
  { op: 'com.microsoft.SkipLayerNormalization', inputs: [wide(2, 3, 4), wide(2, 3, 4), floats(4)] },
  {
    op: 'com.microsoft.SkipSimplifiedLayerNormalization',
    inputs: [wide(2, 3, 4), wide(2, 3, 4), floats(4), floats(4)],
  },
  {
    op: 'com.microsoft.FusedConv',
    inputs: [wide(1, 2, 5, 5), floats(3, 2, 3, 3), floats(3), wide(1, 3, 3, 3)],
    attributes: { activation: text('Relu') },
  },
  {
    op: 'com.microsoft.FusedConv',
    inputs: [wide(1, 2, 5, 5), floats(3, 2, 3, 3), floats(3)],
    attributes: { activation: text('HardSigmoid'), activation_params: { floats: [0.3, 0.4] } },
  },
  {
    op: 'com.microsoft.FusedConv',
    inputs: [wide(1, 2, 5, 5), floats(3, 2, 3, 3)],
    attributes: { activation: text('Clip'), activation_params: { floats: [-0.5, 0.5] } },
  },
  {
    op: 'com.microsoft.FusedGemm',
    inputs: [wide(2, 3), floats(3, 4), floats(4)],
    attributes: { activation: text('LeakyRelu'), activation_alpha: float(0.2) },
  },
  {
    op: 'com.microsoft.FusedMatMul',
    inputs: [wide(2, 3, 4), floats(2, 5, 4)],
    attributes: { transB: int(1), alpha: float(0.5) },
  },
  {
    op: 'com.microsoft.FusedMatMul',
    inputs: [wide(3, 2, 4), floats(2, 4, 5)],
    attributes: { transBatchA: int(1) },
  },
  {
    op: 'com.microsoft.TransposeMatMul',
    inputs: [wide(2, 4, 3), floats(2, 4, 5)],
    attributes: { transA: int(1) },
  },
  {
    op: 'Attention',
    inputs: [wide(2, 3, 4, 8), wide(2, 3, 5, 8), floats(2, 3, 5, 6), wide(4, 5)],
    opset: 23,
  },
  {
    op: 'Attention',
    inputs: [wide(2, 4, 24), wide(2, 5, 24), floats(2, 5, 18)],
    attributes: { q_num_heads: int(3), kv_num_heads: int(3), scale: float(0.4) },
    opset: 23,
  },
  {
    op: 'com.microsoft.Attention',
    inputs: [wide(2, 3, 8), floats(8, 24), floats(24)],
    attributes: { num_heads: int(2) },
  },
  {
    op: 'com.microsoft.MultiHeadAttention',
    inputs: [wide(2, 3, 8), wide(2, 5, 8), floats(2, 5, 4), floats(20), null, wide(2, 2, 3, 5)],
    attributes: { num_heads: int(2) },
  },
  {
    op: 'com.microsoft.EmbedLayerNormalization',
    inputs: [ids(4), ids(2), floats(5, 8), floats(7, 8), floats(2, 8), floats(8), floats(8)],
    outputs: 2,
  },
];

/** [2, 3] */
function ids(below: number): Tensor {
  return { datatype: 'INT32', shape: [2, 3], data: Int32Array.from({ length: 6 }, (_, i) => i % below) };
}

describe('decompose', () => {
  test.each(composite.map((node, i) => [`${node.op} (case ${i})`, node] as const))(
    '%s answers the same within rounding',
    async (_, node) => {
      const graph = singleNodeGraph(node);
      const types = inferShapes(graph);
      const outputs = graph.nodes[0]!.outputs;
      const plain = decompose(graph);
      expect(plain.nodes.filter(other => decomposeRules.has(operatorOf(other)))).toEqual([]);
      const got = await runGraph(withOutputs(plain, outputs, types));
      const wanted = await runGraph(withOutputs(graph, outputs, types));
      for (const [name, { shape, data }] of Object.entries(wanted)) {
        expect([...got[name]!.shape]).toEqual([...shape]);
        for (const [i, value] of (data as Float32Array).entries()) {
          expect((got[name]!.data as Float32Array)[i]).toBeCloseTo(value, 4);
        }
      }
    },
  );

  test('every rule has a case', () => {
    const covered = new Set(composite.map(({ op }) => op));
    // ONNX Runtime 1.30 has no kernel for Swish-24.
    expect([...decomposeRules.keys()].filter(op => !covered.has(op) && op !== 'Swish')).toEqual([]);
  });

  test('only what is asked for goes, and the given graph stays', () => {
    const graph = new Graph();
    graph.inputs = [{ name: 'x', datatype: 'FP32', shape: [3] }];
    graph.add('Mish', ['x'], ['m']);
    graph.add('Softsign', ['m'], ['y']);
    const plain = decompose(graph, operator => operator === 'Softsign');
    expect(plain.nodes.map(({ op }) => op)).toEqual(['Mish', 'Abs', 'Add', 'Div']);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Mish', 'Softsign']);
  });

  test('what has no plain form is refused by name', () => {
    const causal: SingleNode = {
      op: 'com.microsoft.Attention',
      inputs: [wide(2, 3, 8), floats(8, 24), floats(24)],
      attributes: { num_heads: int(2), unidirectional: int(1) },
    };
    expect(() => decompose(singleNodeGraph(causal))).toThrow(
      "com.microsoft.Attention 'Attention': it looks back only.",
    );
  });

  test('constants take the datatype of what they meet', () => {
    const graph = new Graph();
    graph.inputs = [{ name: 'x', datatype: 'FP64', shape: [-1] }];
    graph.add('Softsign', ['x'], ['y']);
    expect([...decompose(graph).initializers.values()].map(({ datatype }) => datatype)).toEqual(['FP64']);
  });
});
