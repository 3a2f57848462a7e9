// Types of operators between numbers and their quantized form.
import { datatypeOf } from '../data-type.ts';
import { type InferRule, type } from './node-context.ts';

/** Without a zero point it is UINT8 unless `output_dtype` says otherwise (ONNX QuantizeLinear-21). */
const quantizeLinear: InferRule = node => {
  const datatype = node.optional(2)?.datatype ?? datatypeOf(node.int('output_dtype', 0)) ?? 'UINT8';
  return [type(datatype, node.shape(0))];
};

const dequantizeLinear: InferRule = node => [type(node.input(1).datatype, node.shape(0))];

/** (quantized, scale, zero point) */
const dynamicQuantizeLinear: InferRule = node => [
  type('UINT8', node.shape(0)),
  type('FP32', []),
  type('UINT8', []),
];

export const quantizationRules: Readonly<Record<string, InferRule>> = {
  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  QuantizeLinear: quantizeLinear,
  'com.microsoft.DequantizeLinear': dequantizeLinear,
  'com.microsoft.QuantizeLinear': quantizeLinear,
};
