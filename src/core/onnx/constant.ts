// What a Constant node holds.
import type { Tensor } from '../tensor.ts';
import { readFloats, readInts, readStrings, readTensor } from './attributes.ts';
import type { GraphNode } from './graph-node.ts';
import { int64, tensorOfNumbers } from './infer/known.ts';

/** The value in any of the ways a Constant node gives it (ONNX Constant-13); null for sparse ones. */
export function constantTensor(node: Pick<GraphNode, 'op' | 'name' | 'attributes'>): Tensor | null {
  const { attributes } = node;
  const tensor = attributes['value'] && readTensor(node, 'value');
  if (tensor) return tensor;
  const { value_int: int, value_float: float, value_string: string } = attributes;
  if (int && 'int' in int) return int64([int.int], []);
  if (float && 'float' in float) return tensorOfNumbers('FP32', [], [float.float]);
  if (string && 'string' in string) return { datatype: 'BYTES', shape: [], data: [string.string] };
  const ints = readInts(node, 'value_ints');
  if (ints) return int64(ints);
  const floats = readFloats(node, 'value_floats');
  if (floats) return tensorOfNumbers('FP32', [floats.length], floats);
  const strings = readStrings(node, 'value_strings');
  return strings ? { datatype: 'BYTES', shape: [strings.length], data: [...strings] } : null;
}
