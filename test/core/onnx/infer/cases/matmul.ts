// Nodes that multiply.
import { int, text } from '../../attribute-values.ts';
import { bytes, floats, scalar, type SingleNode } from '../../single-node.ts';

export const matmulCases: readonly SingleNode[] = [
  { op: 'MatMul', inputs: [floats(5, 1, 2, 3), floats(4, 3, 6)] },
  { op: 'MatMul', inputs: [floats(3), floats(4, 3, 6)] },
  { op: 'MatMul', inputs: [floats(4, 2, 3), floats(3)] },
  {
    op: 'Gemm',
    inputs: [floats(3, 2), floats(4, 3), floats(4)],
    attributes: { transA: int(1), transB: int(1) },
  },
  {
    op: 'com.microsoft.FusedGemm',
    inputs: [floats(2, 3), floats(3, 4)],
    attributes: { activation: text('Relu') },
  },
  { op: 'MatMulInteger', inputs: [bytes('UINT8', [2, 3]), bytes('INT8', [3, 4])] },
  { op: 'Einsum', inputs: [floats(2, 3), floats(3, 4)], attributes: { equation: text('ij,jk->ki') } },
  {
    op: 'Einsum',
    inputs: [floats(5, 2, 3), floats(5, 3, 4)],
    attributes: { equation: text('...ij,...jk->...ik') },
  },
  { op: 'Einsum', inputs: [floats(2, 3), floats(3, 4)], attributes: { equation: text('ij, jk') } },
  {
    op: 'com.microsoft.FusedMatMul',
    inputs: [floats(2, 3, 4), floats(2, 5, 4)],
    attributes: { transB: int(1) },
  },
  {
    op: 'com.microsoft.TransposeMatMul',
    inputs: [floats(3, 4), floats(3, 5)],
    attributes: { transA: int(1) },
  },
  {
    op: 'QLinearMatMul',
    inputs: [
      ...[bytes('UINT8', [2, 3]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
      ...[bytes('UINT8', [3, 4]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
      ...[scalar(0.1, 'FP32'), bytes('UINT8', [])],
    ],
  },
  {
    op: 'com.microsoft.MatMulIntegerToFloat',
    inputs: [bytes('UINT8', [2, 3]), bytes('UINT8', [3, 4]), scalar(0.1, 'FP32'), scalar(0.1, 'FP32')],
  },
  {
    op: 'com.microsoft.DynamicQuantizeMatMul',
    inputs: [floats(2, 3), bytes('UINT8', [3, 4]), scalar(0.1, 'FP32')],
  },
  {
    op: 'com.microsoft.MatMulNBits',
    inputs: [floats(2, 32), bytes('UINT8', [4, 1, 16]), floats(4)],
    attributes: { K: int(32), N: int(4), bits: int(4), block_size: int(32) },
  },
];
