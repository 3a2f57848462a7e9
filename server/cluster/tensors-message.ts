// Tensors over the link: their bytes as they lie in memory, BYTES as the protocol packs them.
import { datatypes } from '../../src/core/datatype.ts';
import { tensorFromBinary, tensorToBinary } from '../../src/core/protocol/codec-binary.ts';
import type { Tensor, TensorMap } from '../../src/core/tensor.ts';
import type { Fields } from './frame-reader.ts';
import type { FieldWriter } from './frame-writer.ts';

const codes = new Map(datatypes.map((datatype, code) => [datatype, code]));

/** Their memory is sent as it is: the caller must not modify it any more. */
export function writeTensors(to: FieldWriter, tensors: TensorMap): void {
  const named = Object.entries(tensors);
  to.u32(named.length);
  for (const [name, tensor] of named) {
    to.text(name);
    to.u8(codes.get(tensor.datatype)!);
    to.u32(tensor.shape.length);
    for (const dimension of tensor.shape) to.f64(dimension);
    to.bytes(tensorToBinary(tensor));
  }
}

/** Large ones are views of what the link brought, several of one. */
export function readTensors(from: Fields): TensorMap {
  const count = from.u32();
  const tensors: Record<string, Tensor> = {};
  for (let nth = 0; nth < count; nth++) {
    const name = from.text()!;
    const datatype = datatypes[from.u8()]!;
    const shape = Array.from({ length: from.u32() }, () => from.f64());
    const tensor = tensorFromBinary(name, datatype, shape, from.bytes());
    // `__proto__` is a name like any other.
    if (name === '__proto__') Object.defineProperty(tensors, name, { value: tensor, enumerable: true });
    else tensors[name] = tensor;
  }
  return tensors;
}
