// Nodes that slide a window.
import { int, many, text } from '../../attribute-values.ts';
import { bytes, floats, ints, scalar, type SingleNode } from '../../single-node.ts';

export const convolutionCases: readonly SingleNode[] = [
  { op: 'Conv', inputs: [floats(2, 3, 9), floats(4, 3, 2)], attributes: { dilations: many(3) } },
  {
    op: 'Conv',
    inputs: [floats(1, 4, 7, 8), floats(4, 1, 3, 3), floats(4)],
    attributes: { group: int(4), strides: many(2, 1), pads: many(1, 0, 1, 2) },
  },
  {
    op: 'Conv',
    inputs: [floats(1, 1, 7, 8), floats(2, 1, 3, 3)],
    attributes: { auto_pad: text('SAME_UPPER'), strides: many(2, 3) },
  },
  { op: 'ConvInteger', inputs: [bytes('UINT8', [1, 1, 4, 4]), bytes('UINT8', [1, 1, 3, 3])] },
  {
    op: 'QLinearConv',
    inputs: [
      ...[bytes('UINT8', [1, 1, 4, 4]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
      ...[bytes('UINT8', [2, 1, 3, 3]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
      ...[scalar(0.1, 'FP32'), bytes('UINT8', [])],
    ],
  },
  {
    op: 'ConvTranspose',
    inputs: [floats(1, 3, 4, 5), floats(3, 2, 3, 3)],
    attributes: { strides: many(2, 2), pads: many(1, 0, 1, 0), output_padding: many(1, 0) },
  },
  {
    op: 'ConvTranspose',
    inputs: [floats(1, 4, 4), floats(4, 2, 3)],
    attributes: { group: int(2), dilations: many(2) },
  },
  {
    op: 'ConvTranspose',
    inputs: [floats(1, 3, 4, 5), floats(3, 2, 3, 3)],
    attributes: { strides: many(2, 2), output_shape: many(8, 9) },
  },
  {
    op: 'ConvTranspose',
    inputs: [floats(1, 3, 4, 5), floats(3, 2, 3, 3)],
    attributes: { strides: many(2, 2), auto_pad: text('SAME_UPPER') },
  },
  {
    op: 'com.microsoft.FusedConv',
    inputs: [floats(1, 1, 4, 4), floats(2, 1, 3, 3)],
    attributes: { activation: text('Relu') },
  },
  {
    op: 'MaxPool',
    inputs: [floats(1, 2, 7, 8)],
    attributes: { kernel_shape: many(3, 2), strides: many(2, 2), ceil_mode: int(1) },
    outputs: 2,
  },
  { op: 'AveragePool', inputs: [floats(1, 2, 7)], attributes: { kernel_shape: many(3), pads: many(1, 1) } },
  { op: 'LpPool', inputs: [floats(1, 2, 7)], attributes: { kernel_shape: many(3) } },
  ...['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool'].map((op): SingleNode => ({
    op,
    inputs: [floats(1, 2, 7, 8)],
  })),
  {
    op: 'MaxUnpool',
    inputs: [floats(1, 1, 2, 2), { ...ints(5, 7, 13, 15), shape: [1, 1, 2, 2] }],
    attributes: { kernel_shape: many(2, 2), strides: many(2, 2) },
  },
];
