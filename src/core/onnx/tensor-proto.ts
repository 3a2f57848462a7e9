// TensorProto ↔ Tensor. Reads every way ONNX stores elements inside the file; writes raw_data only.
import { create } from '@bufbuild/protobuf';
import { type TensorProto, TensorProto_DataLocation, TensorProtoSchema } from 'onnx-buf';
import { type Datatype, elementBytes } from '../datatype.ts';
import { HaversackError } from '../errors.ts';
import { elements, type Tensor, type TensorData } from '../tensor.ts';
import { bytesOfTensor, fitsItsShape, tensorOfBytes } from '../tensor-bytes.ts';
import { dataTypeName, dataTypeOf, datatypeOf } from './data-type.ts';

/** Elements are views of the tensor's own memory where they are numbers: it must outlive the message. */
export function tensorProto(name: string, tensor: Tensor): TensorProto {
  if (!fitsItsShape(tensor)) {
    throw new RangeError(
      `tensorProto: '${name}' is ${tensor.datatype} [${tensor.shape.join(', ')}] with ${tensor.data.length} elements of ${tensor.data.constructor.name}`,
    );
  }
  const proto = create(TensorProtoSchema, {
    name,
    dims: tensor.shape.map(BigInt),
    dataType: dataTypeOf(tensor.datatype),
  });
  if (Array.isArray(tensor.data)) proto.stringData = tensor.data.map(text => new TextEncoder().encode(text));
  else proto.rawData = bytesOfTensor(tensor);
  return proto;
}

export function shapeOf(proto: TensorProto): number[] {
  return proto.dims.map(Number);
}

export function isExternal(proto: TensorProto): boolean {
  return proto.dataLocation === TensorProto_DataLocation.EXTERNAL;
}

/**
 * A copy of the elements.
 * @throws HaversackError `ExternalDataMissing`, `ModelInvalid` (datatype without a name in the protocol, wrong size)
 */
export function tensorOf(proto: TensorProto, name = proto.name): Tensor {
  if (isExternal(proto)) throw new HaversackError('ExternalDataMissing', externalDetail(proto, name));
  const datatype = datatypeOf(proto.dataType);
  const shape = shapeOf(proto);
  if (datatype === null) {
    throw new HaversackError('ModelInvalid', `Weight '${name}' is ${dataTypeName(proto.dataType)}.`);
  }
  const tensor = { datatype, shape, data: dataOf(proto, datatype, shape, name) };
  if (!fitsItsShape(tensor)) throw wrongSize(name, datatype, shape, `${tensor.data.length} elements`);
  return tensor;
}

export function externalDetail(proto: TensorProto, name: string): string {
  const file = proto.externalData.find(entry => entry.key === 'location')?.value ?? 'a file it does not name';
  return `Weight '${name}' is kept in '${file}'.`;
}

function dataOf(proto: TensorProto, datatype: Datatype, shape: readonly number[], name: string): TensorData {
  if (datatype === 'BYTES') return proto.stringData.map(bytes => new TextDecoder().decode(bytes));
  if (proto.rawData.length > 0) {
    if (proto.rawData.length !== elements(shape) * elementBytes[datatype]!) {
      throw wrongSize(name, datatype, shape, `${proto.rawData.length} bytes`);
    }
    return tensorOfBytes(datatype, shape, proto.rawData).data;
  }
  return typedData(proto, datatype);
}

/** The *_data fields, as onnx.proto assigns them to data types: narrow integers, BOOL and 16-bit floats are in int32_data. */
function typedData(proto: TensorProto, datatype: Exclude<Datatype, 'BYTES'>): TensorData {
  switch (datatype) {
    case 'FP32':
      return Float32Array.from(proto.floatData);
    case 'FP64':
      return Float64Array.from(proto.doubleData);
    case 'INT64':
      return BigInt64Array.from(proto.int64Data);
    case 'UINT64':
      return BigUint64Array.from(proto.uint64Data);
    case 'UINT32':
      return Uint32Array.from(proto.uint64Data, Number);
    case 'INT32':
      return Int32Array.from(proto.int32Data);
    case 'INT16':
      return Int16Array.from(proto.int32Data);
    case 'INT8':
      return Int8Array.from(proto.int32Data);
    case 'UINT8':
    case 'BOOL':
      return Uint8Array.from(proto.int32Data);
    case 'UINT16':
    case 'FP16':
    case 'BF16':
      return Uint16Array.from(proto.int32Data);
  }
}

function wrongSize(name: string, datatype: Datatype, shape: readonly number[], got: string): HaversackError {
  return new HaversackError(
    'ModelInvalid',
    `Weight '${name}' is ${datatype} [${shape.join(', ')}], got ${got}.`,
  );
}
