// Nodes that attend.
import type { Tensor } from '../../../../../src/core/tensor.ts';
import { int } from '../../attribute-values.ts';
import { floats, ints, type SingleNode } from '../../single-node.ts';

export const attentionCases: readonly SingleNode[] = [
  { op: 'Attention', inputs: [floats(2, 3, 4, 8), floats(2, 3, 5, 8), floats(2, 3, 5, 6)], opset: 23 },
  {
    op: 'Attention',
    inputs: [floats(2, 4, 24), floats(2, 5, 24), floats(2, 5, 18)],
    attributes: { q_num_heads: int(3), kv_num_heads: int(3) },
    opset: 23,
  },
  { op: 'RotaryEmbedding', inputs: [floats(2, 3, 4, 8), floats(2, 4, 4), floats(2, 4, 4)], opset: 23 },
  {
    op: 'com.microsoft.Attention',
    inputs: [floats(2, 3, 8), floats(8, 24), floats(24)],
    attributes: { num_heads: int(2) },
  },
  {
    op: 'com.microsoft.MultiHeadAttention',
    inputs: [floats(2, 3, 8), floats(2, 5, 8), floats(2, 5, 4)],
    attributes: { num_heads: int(2) },
  },
  {
    op: 'com.microsoft.EmbedLayerNormalization',
    inputs: [
      int32([2, 3], 4),
      int32([2, 3], 2),
      floats(5, 8),
      floats(7, 8),
      floats(2, 8),
      floats(8),
      floats(8),
    ],
    outputs: 2,
  },
  {
    op: 'com.microsoft.RotaryEmbedding',
    inputs: [floats(2, 4, 8), { ...ints(0, 1, 2, 3, 0, 1, 2, 3), shape: [2, 4] }, floats(6, 2), floats(6, 2)],
    attributes: { num_heads: int(2) },
  },
];

function int32(shape: number[], below: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { datatype: 'INT32', shape, data: Int32Array.from({ length: count }, (_, i) => i % below) };
}
