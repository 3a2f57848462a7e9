// A tensor's elements from a JSON array, flat or nested. What writes them is `json-writer.ts`.
import type { Datatype } from '../datatype.ts';
import { elements, type Tensor, type TensorData } from '../tensor.ts';
import { Malformed } from './malformed.ts';

/** Inclusive. */
const integerRanges = {
  UINT8: [0, 0xff],
  UINT16: [0, 0xffff],
  UINT32: [0, 0xffff_ffff],
  INT8: [-0x80, 0x7f],
  INT16: [-0x8000, 0x7fff],
  INT32: [-0x8000_0000, 0x7fff_ffff],
} as const satisfies Partial<Record<Datatype, readonly [number, number]>>;

/** Inclusive. */
const longRanges = {
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
  UINT64: [0n, 2n ** 64n - 1n],
} as const satisfies Partial<Record<Datatype, readonly [bigint, bigint]>>;
/** Of a 64-bit integer, with its sign. */
const maxLongDigits = 20;

/** A tensor's place in messages and in what is said of it. */
interface Reading {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/**
 * FP16 and BF16 have no JSON form (as in Triton). `null` is NaN in FP32 and FP64 (as in MLServer).
 * @param exact the same array, in which whole numbers beyond 2^53 are strings of their digits (`long-integers.ts`); called
 * only where the datatype has 64 bits and there are such numbers
 * @throws Malformed
 */
export function tensorFromJson(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  data: readonly unknown[],
  exact: () => readonly unknown[] = () => data,
): Tensor {
  const count = elements(shape);
  if (!Number.isSafeInteger(count)) throw new Malformed(`'${name}' has the impossible shape ${show(shape)}`);
  const reading = { name, datatype, shape };
  const flat = flatten(reading, data);
  if (flat.length !== count) {
    throw new Malformed(`'${name}' has ${flat.length} elements, its shape ${show(shape)} wants ${count}`);
  }
  return { datatype, shape, data: read(reading, flat, () => flatten(reading, exact())) };
}

/** Nested arrays have the shape of the tensor, level by level: no deeper, whatever a client sends. */
function flatten({ name, shape }: Reading, data: readonly unknown[]): readonly unknown[] {
  if (!Array.isArray(data[0]) || shape.length < 2) return data;
  const flat: unknown[] = [];
  const append = (level: readonly unknown[], depth: number): void => {
    if (level.length !== shape[depth]) throw ragged(name, shape, depth, level.length);
    for (const part of level) {
      if (depth + 1 === shape.length) {
        flat.push(part);
      } else {
        if (!Array.isArray(part)) throw ragged(name, shape, depth + 1, 'no array');
        append(part, depth + 1);
      }
    }
  };
  append(data, 0);
  return flat;
}

function ragged(name: string, shape: readonly number[], depth: number, got: number | string): Malformed {
  return new Malformed(
    `'${name}' is nested unlike its shape ${show(shape)}: dimension ${depth} wants ${shape[depth]}, got ${got}`,
  );
}

function read(reading: Reading, flat: readonly unknown[], exact: () => readonly unknown[]): TensorData {
  const { name, datatype } = reading;
  switch (datatype) {
    case 'FP16':
    case 'BF16':
      throw new Malformed(`'${name}' is ${datatype}, which has no JSON form; send it as binary data`);
    case 'BYTES':
      return flat.map((value, i) => {
        if (typeof value !== 'string') throw unexpected(reading, value, i, 'a string');
        return value;
      });
    case 'BOOL':
      return Uint8Array.from(flat, (value, i) => {
        if (value === true || value === 1) return 1;
        if (value === false || value === 0) return 0;
        throw unexpected(reading, value, i, 'true or false');
      });
    case 'FP32':
      return floats(reading, flat, new Float32Array(flat.length));
    case 'FP64':
      return floats(reading, flat, new Float64Array(flat.length));
    case 'INT64':
      return longs(reading, longRanges.INT64, flat, exact, new BigInt64Array(flat.length));
    case 'UINT64':
      return longs(reading, longRanges.UINT64, flat, exact, new BigUint64Array(flat.length));
    case 'INT8':
      return integers(reading, integerRanges.INT8, flat, new Int8Array(flat.length));
    case 'UINT8':
      return integers(reading, integerRanges.UINT8, flat, new Uint8Array(flat.length));
    case 'INT16':
      return integers(reading, integerRanges.INT16, flat, new Int16Array(flat.length));
    case 'UINT16':
      return integers(reading, integerRanges.UINT16, flat, new Uint16Array(flat.length));
    case 'INT32':
      return integers(reading, integerRanges.INT32, flat, new Int32Array(flat.length));
    case 'UINT32':
      return integers(reading, integerRanges.UINT32, flat, new Uint32Array(flat.length));
  }
}

/** A number that becomes infinite here was written in JSON as a finite one: it is refused, not changed. */
function floats<T extends Float32Array | Float64Array>(
  reading: Reading,
  flat: readonly unknown[],
  into: T,
): T {
  for (let i = 0; i < flat.length; i++) {
    const value = flat[i];
    if (typeof value === 'number') {
      into[i] = value;
      if (!Number.isFinite(into[i])) throw unexpected(reading, value, i, 'a number in its range');
    } else if (value === null) {
      into[i] = NaN;
    } else {
      throw unexpected(reading, value, i, 'a number');
    }
  }
  return into;
}

function integers<T extends Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array>(
  reading: Reading,
  [lowest, highest]: readonly [number, number],
  flat: readonly unknown[],
  into: T,
): T {
  for (let i = 0; i < flat.length; i++) {
    const value = flat[i];
    if (typeof value !== 'number') throw unexpected(reading, value, i, 'a number');
    if (!(value >= lowest && value <= highest && Number.isInteger(value))) {
      throw unexpected(reading, value, i, `an integer from ${lowest} to ${highest}`);
    }
    into[i] = value;
  }
  return into;
}

function longs<T extends BigInt64Array | BigUint64Array>(
  reading: Reading,
  [lowest, highest]: readonly [bigint, bigint],
  flat: readonly unknown[],
  exact: () => readonly unknown[],
  into: T,
): T {
  let digits: readonly unknown[] | null = null;
  flat.forEach((value, i) => {
    if (typeof value !== 'number') throw unexpected(reading, value, i, 'a number');
    if (!Number.isSafeInteger(value)) digits ??= exact();
    const long = Number.isSafeInteger(value) ? BigInt(value) : longOf(digits![i]);
    if (long === null || long < lowest || long > highest) {
      throw unexpected(
        reading,
        digits?.[i] ?? value,
        i,
        `an integer from ${lowest} to ${highest}, in digits`,
      );
    }
    into[i] = long;
  });
  return into;
}

/** Null for what is no whole number, is written with an exponent, or is too long by far. */
function longOf(digits: unknown): bigint | null {
  return typeof digits === 'string' && digits.length <= maxLongDigits ? BigInt(digits) : null;
}

function unexpected(reading: Reading, value: unknown, i: number, wanted: string): Malformed {
  // Not written out whole: it may be nested deeper than a stack is high.
  const got = typeof value === 'object' && value !== null ? kindOf(value) : shortOf(value);
  return new Malformed(`'${reading.name}' is ${reading.datatype}: element ${i} is ${got}, wanted ${wanted}`);
}

/** A number beyond binary64's is infinite to JavaScript, and would be null as JSON. */
function shortOf(value: unknown): string {
  return (typeof value === 'number' ? `${value}` : JSON.stringify(value)).slice(0, 40);
}

function kindOf(value: object): string {
  return Array.isArray(value) ? 'an array' : 'an object';
}

function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
