// A constant with its axes in another order.
import { stridesOf } from '../../onnx/infer/known.ts';
import { arrays } from '../../tensor-bytes.ts';
import { elements, type Tensor } from '../../tensor.ts';

/** Axis i of the result is axis permutation[i] of the tensor. */
export function transposedTensor(tensor: Tensor, permutation: readonly number[]): Tensor {
  const { datatype, shape, data } = tensor;
  if (datatype === 'BYTES') throw new TypeError('transposedTensor: text');
  const result = permutation.map(axis => shape[axis]!);
  const strides = stridesOf(shape);
  const steps = permutation.map(axis => strides[axis]!);
  const source = data as Float32Array;
  const target = new arrays[datatype](new ArrayBuffer(source.byteLength)) as Float32Array<ArrayBuffer>;
  const position = result.map(() => 0);
  let from = 0;
  for (let to = 0; to < elements(result); to++) {
    target[to] = source[from]!;
    for (let axis = result.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++position[axis]! < result[axis]!) break;
      from -= steps[axis]! * result[axis]!;
      position[axis] = 0;
    }
  }
  return { datatype, shape: result, data: target };
}
