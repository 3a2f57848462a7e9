// Nodes that quantize.
import { bytes, floats, scalar, type SingleNode } from '../../single-node.ts';

export const quantizationCases: readonly SingleNode[] = [
  { op: 'QuantizeLinear', inputs: [floats(2, 3), scalar(0.1, 'FP32')] },
  { op: 'QuantizeLinear', inputs: [floats(2, 3), scalar(0.1, 'FP32'), bytes('INT8', [])] },
  { op: 'DequantizeLinear', inputs: [bytes('INT8', [2, 3]), scalar(0.1, 'FP32')] },
  { op: 'DynamicQuantizeLinear', inputs: [floats(2, 3)], outputs: 3 },
  { op: 'com.microsoft.QuantizeLinear', inputs: [floats(2, 3), scalar(0.1, 'FP32'), bytes('UINT8', [])] },
  {
    op: 'com.microsoft.DequantizeLinear',
    inputs: [bytes('UINT8', [2, 3]), scalar(0.1, 'FP32'), bytes('UINT8', [])],
  },
];
