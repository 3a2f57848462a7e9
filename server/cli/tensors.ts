// Values of people's tables and JSON as typed tensors, and a model's outputs as values again.
import { HaversackError } from '../../src/core/errors.ts';
import { elements, type Tensor, type TensorData } from '../../src/core/tensor.ts';
import type { JsonTensor, Value } from './input.ts';

/** @throws HaversackError `InputInvalid` where a value does not fit the datatype */
export function toTensor({ name, datatype, shape, data }: JsonTensor): Tensor {
  if (data.length !== elements(shape)) {
    throw new HaversackError(
      'InputInvalid',
      `${name} has ${data.length} values, its shape [${shape.join(', ')}] wants ${elements(shape)}`,
    );
  }
  return { datatype, shape, data: typed(name, datatype, data) };
}

function typed(name: string, datatype: Tensor['datatype'], data: readonly Value[]): TensorData {
  const refuse = (value: Value) =>
    new HaversackError('InputInvalid', `${name} is ${datatype}, got ${JSON.stringify(value)}`);
  const numbers = () =>
    data.map(value => {
      if (typeof value !== 'number') throw refuse(value);
      return value;
    });
  const integers = () =>
    numbers().map(value => {
      if (!Number.isSafeInteger(value)) throw refuse(value);
      return value;
    });
  switch (datatype) {
    case 'FP32':
      return Float32Array.from(numbers());
    case 'FP64':
      return Float64Array.from(numbers());
    case 'INT8':
      return Int8Array.from(integers());
    case 'UINT8':
      return Uint8Array.from(integers());
    case 'INT16':
      return Int16Array.from(integers());
    case 'UINT16':
      return Uint16Array.from(integers());
    case 'INT32':
      return Int32Array.from(integers());
    case 'UINT32':
      return Uint32Array.from(integers());
    case 'INT64':
      return BigInt64Array.from(integers(), BigInt);
    case 'UINT64':
      return BigUint64Array.from(integers(), BigInt);
    case 'BOOL':
      return Uint8Array.from(data, value => {
        if (![true, false, 0, 1].includes(value as boolean)) throw refuse(value);
        return Number(value);
      });
    case 'BYTES':
      return data.map(String);
    case 'FP16':
    case 'BF16':
      throw new HaversackError('InputInvalid', `${name} is ${datatype}, which text has no form for`);
  }
}

/**
 * What one row of a run got: its slice of every output.
 * @throws HaversackError `RuntimeFailed` where an output has other rows than went in
 */
export function rowOfOutputs(
  outputs: Readonly<Record<string, Tensor>>,
  row: number,
  rows: number,
): Record<string, Value[]> {
  const slices = Object.entries(outputs).map(([name, { data, shape }]) => {
    if (rows > 1 && shape[0] !== rows) {
      throw new HaversackError(
        'RuntimeFailed',
        `${name} is [${shape.join(', ')}] for ${rows} rows: give the rows one by one`,
      );
    }
    const width = data.length / rows;
    return [name, Array.from(data.slice(row * width, (row + 1) * width), plain)] as const;
  });
  return Object.fromEntries(slices);
}

/** JSON has no 64-bit integers: what is too large for a number is its digits. */
function plain(value: number | bigint | string): Value {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
