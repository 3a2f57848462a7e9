// Between recorded tensors (flat JSON) and tensors. FP16 and BF16 are recorded as the numbers that they stand for.
import type { Recorded } from '../artifact/recorded.ts';
import type { Datatype } from '../datatype.ts';
import { HaversackError } from '../errors.ts';
import { elements, type Tensor, type TensorData, type TensorMap } from '../tensor.ts';
import { fromHalfBits, toHalfBits } from './half.ts';

type RecordedTensor = Recorded['cases'][number]['inputs'][string];

/** @throws HaversackError `DocumentInvalid` where the values do not fill the shape */
export function fromRecorded(recorded: RecordedTensor): Tensor {
  const { datatype, shape, data } = recorded;
  if (data.length !== elements(shape)) {
    throw new HaversackError(
      'DocumentInvalid',
      `a recorded tensor has ${data.length} values, wanted ${elements(shape)}`,
    );
  }
  return { datatype, shape, data: dataOf(datatype, data) };
}

export function fromRecordedMap(recorded: Readonly<Record<string, RecordedTensor>>): TensorMap {
  return Object.fromEntries(Object.entries(recorded).map(([name, tensor]) => [name, fromRecorded(tensor)]));
}

export function toRecorded(tensor: Tensor): RecordedTensor {
  const data: (number | string)[] =
    tensor.datatype === 'BYTES' ? [...(tensor.data as string[])] : numbersOf(tensor);
  return { datatype: tensor.datatype, shape: [...tensor.shape], data };
}

export function toRecordedMap(tensors: TensorMap): Record<string, RecordedTensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, toRecorded(tensor)]));
}

/** A tensor's values as numbers, whatever holds them. 64-bit integers beyond 2⁵³ lose their last digits. */
export function numbersOf(tensor: Tensor): number[] {
  const values = Array.from<number | bigint | string, number>(tensor.data, Number);
  if (tensor.datatype === 'FP16') return values.map(fromHalfBits);
  if (tensor.datatype === 'BF16') return values.map(fromBfloatBits);
  return values;
}

/** bfloat16 is the upper half of a float32. */
function fromBfloatBits(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

/** Rounds the lower half away, half to even. */
function toBfloatBits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  return Number.isNaN(value) ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

type Values = readonly (number | string | boolean)[];

const makers: Readonly<Record<Datatype, (values: Values) => TensorData>> = {
  BOOL: values => Uint8Array.from(values, value => (value && value !== '0' ? 1 : 0)),
  UINT8: values => Uint8Array.from(values, Number),
  UINT16: values => Uint16Array.from(values, Number),
  UINT32: values => Uint32Array.from(values, Number),
  UINT64: values => BigUint64Array.from(values, BigInt),
  INT8: values => Int8Array.from(values, Number),
  INT16: values => Int16Array.from(values, Number),
  INT32: values => Int32Array.from(values, Number),
  INT64: values => BigInt64Array.from(values, BigInt),
  FP16: values => Uint16Array.from(values, value => toHalfBits(Number(value))),
  BF16: values => Uint16Array.from(values, value => toBfloatBits(Number(value))),
  FP32: values => Float32Array.from(values, Number),
  FP64: values => Float64Array.from(values, Number),
  BYTES: values => values.map(String),
};

function dataOf(datatype: Datatype, values: Values): TensorData {
  try {
    return makers[datatype](values);
  } catch (error) {
    // BigInt refuses fractions and words.
    throw new HaversackError('DocumentInvalid', `a recorded ${datatype} tensor: ${String(error)}`, {
      cause: error,
    });
  }
}
