// A tensor's elements as packed little-endian bytes and back: the form that ONNX raw_data and the binary tensor data
// extension share. Every host of this code is little-endian, so numbers are copied, never swapped.
import { type Datatype, elementBytes } from './datatype.ts';
import { elements, type Tensor, type TensorData } from './tensor.ts';

type NumericDatatype = Exclude<Datatype, 'BYTES'>;

interface NumericArray {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): Exclude<TensorData, string[]>;
}

/** What a tensor's elements lie in. */
export const arrays: Readonly<Record<NumericDatatype, NumericArray>> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  BF16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

/** The elements' bytes: a view into the tensor's own buffer. Not for BYTES. */
export function bytesOfTensor(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const { data, datatype } = tensor;
  if (Array.isArray(data)) throw new TypeError(`bytesOfTensor: ${datatype} has no packed form`);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * A tensor from packed bytes, which are copied.
 * @throws RangeError when the bytes are not exactly those of the shape
 */
export function tensorOfBytes(
  datatype: NumericDatatype,
  shape: readonly number[],
  bytes: Uint8Array<ArrayBuffer>,
): Tensor {
  const wanted = elements(shape) * elementBytes[datatype]!;
  if (bytes.length !== wanted) {
    throw new RangeError(`${datatype} [${shape.join(', ')}] is ${wanted} bytes, got ${bytes.length}`);
  }
  // Not slice(): a Node Buffer's shares its memory and may start unaligned.
  const copy = new Uint8Array(bytes);
  return { datatype, shape, data: new arrays[datatype](copy.buffer) };
}

/** The elements where they lie; null where they are not aligned or not as many as that. */
export function viewOfBytes(
  datatype: NumericDatatype,
  count: number,
  bytes: Uint8Array<ArrayBuffer>,
): TensorData | null {
  const array = arrays[datatype];
  if (bytes.byteOffset % array.BYTES_PER_ELEMENT !== 0 || bytes.length !== count * array.BYTES_PER_ELEMENT) {
    return null;
  }
  return new array(bytes.buffer, bytes.byteOffset, count);
}

/** Whether the tensor's data is of the kind of array that its datatype says, with as many elements as its shape says. */
export function fitsItsShape(tensor: Tensor): boolean {
  if (tensor.data.length !== elements(tensor.shape)) return false;
  if (tensor.datatype === 'BYTES') return Array.isArray(tensor.data);
  return tensor.data instanceof (arrays[tensor.datatype] as unknown as new () => object);
}
