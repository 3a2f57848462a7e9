// Typed arrays as tensors, with the datatype that follows from the array.
import type { Datatype } from '../core/datatype.ts';
import { elements, type Tensor, type TensorData } from '../core/tensor.ts';
import { clientError } from './client-error.ts';

const datatypeOfArray: Readonly<Record<string, Datatype>> = {
  Float32Array: 'FP32',
  Float64Array: 'FP64',
  Int8Array: 'INT8',
  Uint8Array: 'UINT8',
  Int16Array: 'INT16',
  Uint16Array: 'UINT16',
  Int32Array: 'INT32',
  Uint32Array: 'UINT32',
  BigInt64Array: 'INT64',
  BigUint64Array: 'UINT64',
  Array: 'BYTES',
};

/**
 * A tensor of `data`, row-major. Strings are BYTES. Name the datatype where the array does not: BOOL (a Uint8Array of 0 and 1),
 * FP16 and BF16 (the bits in a Uint16Array).
 * @throws ClientError `InputInvalid` where the shape does not have as many elements
 */
export function tensor<Data extends TensorData>(
  data: Data,
  shape: readonly number[] = [data.length],
  datatype: Datatype = datatypeOfArray[data.constructor.name]!,
): Tensor & { readonly data: Data } {
  if (elements(shape) !== data.length) {
    throw clientError(
      'InputInvalid',
      `[${shape.join(', ')}] has ${elements(shape)} elements, got ${data.length}`,
    );
  }
  return { datatype, shape, data };
}
