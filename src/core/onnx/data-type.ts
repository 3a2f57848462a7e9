// TensorProto.DataType (onnx.proto of ONNX 1.20) beside the Open Inference Protocol's datatypes.
import { TensorProto_DataType as DataType } from 'onnx-buf';
import { type Datatype, elementBytes } from '../datatype.ts';
import { elements } from '../tensor.ts';

const datatypes: Partial<Record<number, Datatype>> = {
  [DataType.FLOAT]: 'FP32',
  [DataType.UINT8]: 'UINT8',
  [DataType.INT8]: 'INT8',
  [DataType.UINT16]: 'UINT16',
  [DataType.INT16]: 'INT16',
  [DataType.INT32]: 'INT32',
  [DataType.INT64]: 'INT64',
  [DataType.STRING]: 'BYTES',
  [DataType.BOOL]: 'BOOL',
  [DataType.FLOAT16]: 'FP16',
  [DataType.DOUBLE]: 'FP64',
  [DataType.UINT32]: 'UINT32',
  [DataType.UINT64]: 'UINT64',
  [DataType.BFLOAT16]: 'BF16',
};

/** Bits of one element of what has no Open Inference Protocol name. */
const foreignBits: Partial<Record<number, number>> = {
  [DataType.COMPLEX64]: 64,
  [DataType.COMPLEX128]: 128,
  [DataType.FLOAT8E4M3FN]: 8,
  [DataType.FLOAT8E4M3FNUZ]: 8,
  [DataType.FLOAT8E5M2]: 8,
  [DataType.FLOAT8E5M2FNUZ]: 8,
  [DataType.FLOAT8E8M0]: 8,
  [DataType.UINT4]: 4,
  [DataType.INT4]: 4,
  [DataType.FLOAT4E2M1]: 4,
  [DataType.UINT2]: 2,
  [DataType.INT2]: 2,
};

/** Null for what the protocol cannot carry (4-bit and 8-bit floats, INT4, complex numbers) and for unknown numbers. */
export function datatypeOf(dataType: number): Datatype | null {
  return datatypes[dataType] ?? null;
}

export function dataTypeOf(datatype: Datatype): DataType {
  return Number(Object.entries(datatypes).find(([, name]) => name === datatype)![0]);
}

/** As onnx.proto spells it: `INT4`; a number that it does not know as that number. */
export function dataTypeName(dataType: number): string {
  return DataType[dataType] ?? `data type ${dataType}`;
}

/** Of one element in `raw_data`; null for text and for unknown numbers. */
export function elementBits(dataType: number): number | null {
  const datatype = datatypeOf(dataType);
  const bytes = datatype === null ? null : elementBytes[datatype];
  return bytes === null ? (foreignBits[dataType] ?? null) : bytes * 8;
}

/**
 * How many bytes a tensor of that shape takes in `raw_data` (4-bit and 2-bit elements are packed); null for text and for
 * unknown numbers.
 */
export function storedBytes(dataType: number, shape: readonly number[]): number | null {
  const bits = elementBits(dataType);
  return bits === null ? null : Math.ceil((elements(shape) * bits) / 8);
}
