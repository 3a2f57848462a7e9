// Plain values as a tensor's data. The server says at length what is wrong with a body; here one sentence must do, for a client is
// small: 8 kB hold all of it.
import type { Datatype } from '../core/datatype.ts';
import type { TensorData } from '../core/tensor.ts';
import { arrays } from '../core/tensor-bytes.ts';

/** What is no value of the datatype, before it is known whose fault that is. */
export class NoValue extends Error {}

/**
 * `null` is NaN in FP32 and FP64, as in MLServer. FP16 and BF16 have no values, only bits.
 * @throws NoValue
 */
export function dataOf(name: string, datatype: Datatype, values: readonly unknown[]): TensorData {
  const refuse = (i: number) =>
    new NoValue(`${name} is ${datatype}: element ${i} is ${show(values[i])}, which is none`);
  if (datatype === 'BYTES') {
    const wrong = values.findIndex(value => typeof value !== 'string');
    if (wrong >= 0) throw refuse(wrong);
    return values as string[];
  }
  if (datatype === 'FP16' || datatype === 'BF16') throw new NoValue(`${name} is ${datatype}: give its bits`);
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  const isLong = datatype === 'INT64' || datatype === 'UINT64';
  const data = new arrays[datatype](
    new ArrayBuffer(values.length * bytesOf(datatype)),
  ) as Float64Array<ArrayBuffer>;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const number = isFloat && value === null ? NaN : typeof value === 'boolean' ? Number(value) : value;
    const isNumber = typeof number === 'number' && (!isLong || Number.isSafeInteger(number));
    if (!isNumber && !(isLong && typeof number === 'bigint')) throw refuse(i);
    const element = (isLong ? BigInt(number) : number) as number;
    data[i] = element;
    // What the array made something else of does not fit: a fraction, a number beyond its range.
    if (isFloat ? Number.isFinite(element) !== Number.isFinite(data[i]) : data[i] !== element)
      throw refuse(i);
    if (datatype === 'BOOL' && element > 1) throw refuse(i);
  }
  return data;
}

function bytesOf(datatype: keyof typeof arrays): number {
  return arrays[datatype].BYTES_PER_ELEMENT;
}

function show(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 40);
}
