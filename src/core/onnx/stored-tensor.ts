// A tensor that still lies in the file it was read from: its elements are looked at when someone asks, and written back as
// they came when nobody changed them.
import type { TensorProto } from 'onnx-buf';
import type { Datatype } from '../datatype.ts';
import { elements, type Tensor, type TensorData } from '../tensor.ts';
import { viewOfBytes } from '../tensor-bytes.ts';
import { datatypeOf } from './data-type.ts';
import { shapeOf, tensorOf, tensorProto } from './tensor-proto.ts';

const protos = new WeakMap<Tensor, TensorProto>();

/**
 * Elements are a view into the message where they lie there aligned, else a copy that is made on first use.
 * Null for data types without a name (INT4, 8-bit floats).
 */
export function storedTensor(proto: TensorProto, name: string): Tensor | null {
  const datatype = datatypeOf(proto.dataType);
  if (datatype === null) return null;
  const shape = shapeOf(proto);
  let data: TensorData | undefined;
  const tensor = {
    datatype,
    shape,
    get data() {
      return (data ??= view(proto, datatype, shape) ?? tensorOf(proto, name).data);
    },
  };
  protos.set(tensor, proto);
  return tensor;
}

function view({ rawData }: TensorProto, datatype: Datatype, shape: readonly number[]): TensorData | null {
  return rawData.length > 0 && datatype !== 'BYTES' ? viewOfBytes(datatype, elements(shape), rawData) : null;
}

/** The message that the tensor was read from, where its name is still that one; else a new one. */
export function protoOf(name: string, tensor: Tensor): TensorProto {
  const proto = protos.get(tensor);
  if (!proto) return tensorProto(name, tensor);
  return renamed(proto, name);
}

/** The same message under that name; the elements' memory is shared. */
export function renamed(proto: TensorProto, name: string): TensorProto {
  if (proto.name === name) return proto;
  const copy = shallowCopy(proto);
  copy.name = name;
  return copy;
}

/** A message with the same members, unknown fields included; a message's prototype holds its defaults. */
export function shallowCopy<T extends object>(message: T): T {
  const prototype = Object.getPrototypeOf(message) as object;
  return Object.create(prototype, Object.getOwnPropertyDescriptors(message)) as T;
}
