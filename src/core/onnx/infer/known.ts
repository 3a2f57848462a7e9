// Small tensors as plain numbers, for what has to be known before a graph runs: shapes, axes, bounds.
import type { Datatype } from '../../datatype.ts';
import { fromHalfBits, toHalfBits } from '../../runtime/half.ts';
import { elements, type Tensor } from '../../tensor.ts';

/** Larger tensors are not looked into. */
export const maxKnownElements = 4096;

/** 64-bit integers become the nearest number: beyond 2^53 they only ever mean "to the end". */
export function numbersOf({ datatype, data }: Tensor): number[] {
  switch (datatype) {
    case 'FP16':
      return Array.from(data as Uint16Array, fromHalfBits);
    case 'BF16':
      return Array.from(data as Uint16Array, fromBfloatBits);
    case 'BYTES':
      throw new TypeError('numbersOf: text');
    default:
      return Array.from(data as ArrayLike<number | bigint>, Number);
  }
}

/** Of tensors of one datatype and shape. */
export function sameNumbers(a: Tensor, b: Tensor): boolean {
  return Array.from(a.data as ArrayLike<unknown>).every((value, i) => Object.is(value, b.data[i]));
}

export function tensorOfNumbers(
  datatype: Exclude<Datatype, 'BYTES'>,
  shape: readonly number[],
  numbers: readonly number[],
): Tensor {
  return { datatype, shape, data: arrayOf(datatype, numbers) };
}

export function int64(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return tensorOfNumbers('INT64', shape, values);
}

function arrayOf(datatype: Exclude<Datatype, 'BYTES'>, numbers: readonly number[]): Tensor['data'] {
  switch (datatype) {
    case 'FP32':
      return Float32Array.from(numbers);
    case 'FP64':
      return Float64Array.from(numbers);
    case 'FP16':
      return Uint16Array.from(numbers, toHalfBits);
    case 'BF16':
      return Uint16Array.from(numbers, toBfloatBits);
    case 'INT64':
      return BigInt64Array.from(numbers, toBigInt);
    case 'UINT64':
      return BigUint64Array.from(numbers, toBigInt);
    case 'INT32':
      return Int32Array.from(numbers);
    case 'UINT32':
      return Uint32Array.from(numbers);
    case 'INT16':
      return Int16Array.from(numbers);
    case 'UINT16':
      return Uint16Array.from(numbers);
    case 'INT8':
      return Int8Array.from(numbers);
    case 'UINT8':
      return Uint8Array.from(numbers);
    case 'BOOL':
      return Uint8Array.from(numbers, value => (value !== 0 ? 1 : 0));
  }
}

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);

function toBigInt(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (!Number.isFinite(value)) return value > 0 ? maxInt64 : minInt64;
  const integer = BigInt(Math.trunc(value));
  return integer > maxInt64 ? maxInt64 : integer < minInt64 ? minInt64 : integer;
}

const word = new DataView(new ArrayBuffer(4));

function fromBfloatBits(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

/** Round half to even on the upper 16 bits of the FP32. */
function toBfloatBits(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  return Number.isNaN(value) ? 0x7fc0 : ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Steps from one element to the next along each axis, row-major. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** For each element of `shape`, in order, what `pick` says of its position. */
export function fill<T>(shape: readonly number[], pick: (position: readonly number[]) => T): T[] {
  const count = elements(shape);
  const position = new Array<number>(shape.length).fill(0);
  const values: T[] = [];
  for (let i = 0; i < count; i++) {
    values.push(pick(position));
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis]! === shape[axis]!; axis--)
      position[axis] = 0;
  }
  return values;
}

/** Where the element at a position of a broadcast result lies in an operand of that shape (ONNX Broadcasting). */
export function broadcastOffset(shape: readonly number[], position: readonly number[]): number {
  const lead = position.length - shape.length;
  const strides = stridesOf(shape);
  return shape.reduce((at, size, axis) => at + (size === 1 ? 0 : position[lead + axis]! * strides[axis]!), 0);
}
