// A tensor's elements as a JSON array and back. Reads flat and nested arrays; writes flat ones, which every engine reads.
import type { Datatype } from '../datatype.ts';
import { elements, type Tensor, type TensorData } from '../tensor.ts';
import { Malformed } from './malformed.ts';

type Element = number | string | boolean | null;

/** Inclusive. 64-bit integers are taken as far as a JSON number holds them. */
const integerRanges: Partial<Record<Datatype, readonly [number, number]>> = {
  UINT8: [0, 0xff],
  UINT16: [0, 0xffff],
  UINT32: [0, 0xffff_ffff],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
  INT8: [-0x80, 0x7f],
  INT16: [-0x8000, 0x7fff],
  INT32: [-0x8000_0000, 0x7fff_ffff],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/**
 * FP16 and BF16 have no JSON form (as in Triton). `null` is NaN in FP32 and FP64 (as in MLServer).
 * @throws Malformed
 */
export function tensorFromJson(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  data: readonly unknown[],
): Tensor {
  const count = elements(shape);
  if (!Number.isSafeInteger(count)) throw new Malformed(`'${name}' has the impossible shape ${show(shape)}`);
  const flat = Array.isArray(data[0]) ? flatten(name, data, shape) : data;
  if (flat.length !== count) {
    throw new Malformed(`'${name}' has ${flat.length} elements, its shape ${show(shape)} wants ${count}`);
  }
  return { datatype, shape, data: read(name, datatype, flat) };
}

/** @throws Malformed where an element has no JSON form: the client can ask for binary */
export function tensorToJson(name: string, { datatype, data }: Tensor): Element[] {
  switch (datatype) {
    case 'FP16':
    case 'BF16':
      throw new Malformed(`'${name}' is ${datatype}, which has no JSON form; ask for binary_data`);
    case 'BYTES':
      return [...(data as string[])];
    case 'BOOL':
      return Array.from(data as Uint8Array, value => value !== 0);
    case 'INT64':
    case 'UINT64':
      return Array.from(data as BigInt64Array, value => exactInteger(name, value));
    case 'FP32':
    case 'FP64':
      return Array.from(data as Float64Array, value => finiteOrNull(name, value));
    default:
      return Array.from(data as Int32Array);
  }
}

function exactInteger(name: string, value: bigint): number {
  if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) {
    throw new Malformed(`'${name}' holds ${value}, which a JSON number cannot; ask for binary_data`);
  }
  return Number(value);
}

function finiteOrNull(name: string, value: number): number | null {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return null;
  throw new Malformed(`'${name}' holds ${value}, which JSON has no word for; ask for binary_data`);
}

/** Nested arrays have the shape of the tensor, level by level: no deeper, whatever a client sends. */
function flatten(name: string, data: readonly unknown[], shape: readonly number[]): unknown[] {
  let level: readonly unknown[] = data;
  shape.forEach((size, depth) => {
    if (depth === 0) {
      if (level.length !== size) throw ragged(name, shape, depth, level.length);
      return;
    }
    level = level.flatMap(part => {
      if (!Array.isArray(part) || part.length !== size) {
        throw ragged(name, shape, depth, Array.isArray(part) ? part.length : 'no array');
      }
      return part as unknown[];
    });
  });
  return [...level];
}

function ragged(name: string, shape: readonly number[], depth: number, got: number | string): Malformed {
  return new Malformed(
    `'${name}' is nested unlike its shape ${show(shape)}: dimension ${depth} wants ${shape[depth]}, got ${got}`,
  );
}

function read(name: string, datatype: Datatype, flat: readonly unknown[]): TensorData {
  const number = (value: unknown, i: number) => toNumber(name, datatype, value, i);
  switch (datatype) {
    case 'FP16':
    case 'BF16':
      throw new Malformed(`'${name}' is ${datatype}, which has no JSON form; send it as binary data`);
    case 'BYTES':
      return flat.map((value, i) => {
        if (typeof value !== 'string') throw unexpected(name, datatype, value, i, 'a string');
        return value;
      });
    case 'BOOL':
      return Uint8Array.from(flat, (value, i) => {
        if (value === true || value === 1) return 1;
        if (value === false || value === 0) return 0;
        throw unexpected(name, datatype, value, i, 'true or false');
      });
    case 'FP32':
      return Float32Array.from(flat, (value, i) => (value === null ? NaN : number(value, i)));
    case 'FP64':
      return Float64Array.from(flat, (value, i) => (value === null ? NaN : number(value, i)));
    case 'INT64':
      return BigInt64Array.from(flat, (value, i) => BigInt(number(value, i)));
    case 'UINT64':
      return BigUint64Array.from(flat, (value, i) => BigInt(number(value, i)));
    case 'INT8':
      return Int8Array.from(flat, number);
    case 'UINT8':
      return Uint8Array.from(flat, number);
    case 'INT16':
      return Int16Array.from(flat, number);
    case 'UINT16':
      return Uint16Array.from(flat, number);
    case 'INT32':
      return Int32Array.from(flat, number);
    case 'UINT32':
      return Uint32Array.from(flat, number);
  }
}

function toNumber(name: string, datatype: Datatype, value: unknown, i: number): number {
  if (typeof value !== 'number') throw unexpected(name, datatype, value, i, 'a number');
  const range = integerRanges[datatype];
  if (range && !(Number.isInteger(value) && value >= range[0] && value <= range[1])) {
    throw unexpected(name, datatype, value, i, `an integer from ${range[0]} to ${range[1]}`);
  }
  return value;
}

function unexpected(name: string, datatype: Datatype, value: unknown, i: number, wanted: string): Malformed {
  // Not written out whole: it may be nested deeper than a stack is high.
  const got =
    typeof value === 'object' && value !== null ? kindOf(value) : JSON.stringify(value).slice(0, 40);
  return new Malformed(`'${name}' is ${datatype}: element ${i} is ${got}, wanted ${wanted}`);
}

function kindOf(value: object): string {
  return Array.isArray(value) ? 'an array' : 'an object';
}

function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
