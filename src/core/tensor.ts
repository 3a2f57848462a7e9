// Tensors as they pass between rooms and hosts: Open Inference Protocol datatypes over typed arrays.
import type { Datatype } from './datatype.ts';

export type TensorData =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | string[];

/** Row-major. BOOL is a Uint8Array of 0 and 1; FP16 and BF16 are the bits in a Uint16Array; BYTES is `string[]`. */
export interface Tensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export type TensorMap = Readonly<Record<string, Tensor>>;

export function float32(
  shape: readonly number[],
  data: Float32Array<ArrayBuffer> | readonly number[],
): Tensor {
  return { datatype: 'FP32', shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

export function elements(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
