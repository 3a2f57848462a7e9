import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../../src/core/onnx/infer.ts';
import { Graph, operatorOf } from '../../../../src/core/onnx/graph.ts';
import { decompose, decomposeRules } from '../../../../src/core/onnx/passes/decompose.ts';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { float, int, text } from '../attribute-values.ts';
import { withoutKernel } from '../without-kernel.ts';
import {
  bytes,
  floats,
  ints,
  runGraph,
  type SingleNode,
  singleNodeGraph,
  withOutputs,
} from '../single-node.ts';

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
    op: 'RotaryEmbedding',
    inputs: [wide(2, 3, 4, 8), floats(2, 4, 3), floats(2, 4, 3)],
    attributes: { rotary_embedding_dim: int(6) },
    opset: 23,
  },
  {
    op: 'RotaryEmbedding',
    inputs: [wide(2, 4, 24), floats(9, 4), floats(9, 4), { ...ints(0, 1, 2, 3, 8, 7, 6, 5), shape: [2, 4] }],
    attributes: { num_heads: int(3), interleaved: int(1) },
    opset: 23,
  },
  ...[0, 1].map((interleaved): SingleNode => ({
    op: 'com.microsoft.RotaryEmbedding',
    inputs: [wide(2, 4, 24), { ...ints(0, 1, 2, 3, 8, 7, 6, 5), shape: [2, 4] }, floats(9, 4), floats(9, 4)],
    attributes: { interleaved: int(interleaved) },
  })),
  {
    op: 'com.microsoft.RotaryEmbedding',
    inputs: [wide(2, 3, 4, 8), ints(2), floats(9, 4), floats(9, 4)],
  },
  { op: 'NegativeLogLikelihoodLoss', inputs: [floats(2, 3), ints(0, 2)] },
  {
    op: 'NegativeLogLikelihoodLoss',
    inputs: [floats(2, 3, 4), { ...ints(0, 1, 2, 0, 1, 2, 0, 1), shape: [2, 4] }, float32([3], [0.5, 1, 2])],
    attributes: { ignore_index: int(2) },
  },
  { op: 'SoftmaxCrossEntropyLoss', inputs: [wide(2, 3), ints(0, 2)], outputs: 2 },
  ...['none', 'sum', 'mean'].map((reduction): SingleNode => ({
    op: 'SoftmaxCrossEntropyLoss',
    inputs: [
      wide(3, 4),
      { datatype: 'INT32', shape: [3], data: Int32Array.of(0, -7, 3) },
      float32([4], [0.5, 1, 2, 3]),
    ],
    attributes: { ignore_index: int(-7), reduction: text(reduction) },
  })),
  {
    op: 'SoftmaxCrossEntropyLoss',
    inputs: [wide(3, 4), ints(1, 0, 3)],
    attributes: { ignore_index: int(0) },
  },
  {
    op: 'com.microsoft.MatMulNBits',
    inputs: [floats(2, 5, 40), bytes('UINT8', [6, 3, 8]), floats(18)],
    attributes: nBits(40, 6, 4, 16),
  },
  {
    op: 'com.microsoft.MatMulNBits',
    inputs: [floats(2, 64), bytes('UINT8', [6, 4, 8]), floats(24), bytes('UINT8', [12]), null, floats(6)],
    attributes: nBits(64, 6, 4, 16),
  },
  {
    op: 'com.microsoft.MatMulNBits',
    inputs: [floats(2, 32), bytes('UINT8', [6, 2, 16]), floats(12), bytes('UINT8', [12])],
    attributes: nBits(32, 6, 8, 16),
  },
  {
    op: 'com.microsoft.EmbedLayerNormalization',
    inputs: [ids(4), ids(2), floats(5, 8), floats(7, 8), floats(2, 8), floats(8), floats(8)],
    outputs: 2,
  },
];

function nBits(columns: number, rows: number, bits: number, block: number) {
  return { K: int(columns), N: int(rows), bits: int(bits), block_size: int(block) };
}

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
    expect([...decomposeRules.keys()].filter(op => !covered.has(op) && !withoutKernel.includes(op))).toEqual(
      [],
    );
  });

  test.each([
    // 2 tanh(0.5), 2 ln(1 + e^0.5), x σ(0.5 x) at 1
    ['ScaledTanh', 0.92423431],
    ['ParametricSoftplus', 1.94815393],
    ['Swish', 0.62245933],
  ])('%s, which has no kernel, is what the formula says', async (op, wanted) => {
    const attributes = op === 'Swish' ? { alpha: float(0.5) } : { alpha: float(2), beta: float(0.5) };
    const graph = singleNodeGraph({ op, inputs: [float32([1], [1])], attributes });
    const { out0 } = await runGraph(withOutputs(decompose(graph), ['out0'], inferShapes(graph)));
    expect(out0!.data[0]).toBeCloseTo(wanted, 6);
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

  test('what has no plain form stays as it is where that is wanted, and leaves nothing half written', () => {
    const graph = new Graph();
    graph.inputs = [{ name: 'x', datatype: 'FP32', shape: [2, 3, -1] }];
    const heads = { q_num_heads: int(2), kv_num_heads: int(2) };
    // Its heads are split before the size of one is asked for.
    graph.add('Attention', ['x', 'x', 'x'], ['a'], { name: 'wide', attributes: heads });
    graph.add('Softsign', ['a'], ['y']);
    const told = new Set<string>();
    const plain = decompose(graph, undefined, ({ detail }) => told.add(detail));
    expect(plain.nodes.map(({ op }) => op)).toEqual(['Attention', 'Abs', 'Add', 'Div']);
    expect(plain.nodes[0]).toEqual(graph.nodes[0]);
    // The 1 of x / (1 + |x|)
    expect([...plain.initializers.values()].map(({ data }) => [...data])).toEqual([[1]]);
    expect([...told]).toEqual(["Attention 'wide': the size of 'x' along axis -1 is not known."]);
  });

  test('constants take the datatype of what they meet', () => {
    const graph = new Graph();
    graph.inputs = [{ name: 'x', datatype: 'FP64', shape: [-1] }];
    graph.add('Softsign', ['x'], ['y']);
    expect([...decompose(graph).initializers.values()].map(({ datatype }) => datatype)).toEqual(['FP64']);
  });
});
