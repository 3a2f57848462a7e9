// Which weights two models have in common, by name: alike, changed, or in one of them only.
import { toBinary } from '@bufbuild/protobuf';
import { type TensorProto, TensorProtoSchema } from 'onnx-buf';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { dataTypeName } from '../../src/core/onnx/data-type.ts';
import { readModel } from '../../src/core/onnx/read.ts';
import { shapeOf } from '../../src/core/onnx/tensor-proto.ts';
import { constantValue } from '../../src/core/onnx/walk.ts';

export interface TensorChange {
  readonly tensor: string;
  readonly change: 'same' | 'changed' | 'added' | 'removed';
  /** As onnx.proto spells it; of the second model, where it is there. */
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/**
 * Initializers, and the values of `Constant` nodes by their output; in the order of the second model, those that are gone last.
 * @throws HaversackError `NotOnnx`
 */
export function tensorChanges(from: Bytes, to: Bytes): TensorChange[] {
  const [before, after] = [tensorsOf(from), tensorsOf(to)];
  const changes = [...after].map(([name, proto]) => {
    const old = before.get(name);
    const isSame = old !== undefined && isAlike(old, proto);
    return told(name, proto, old === undefined ? 'added' : isSame ? 'same' : 'changed');
  });
  const gone = [...before].filter(([name]) => !after.has(name));
  return [...changes, ...gone.map(([name, proto]) => told(name, proto, 'removed'))];
}

function tensorsOf(file: Bytes): Map<string, TensorProto> {
  const { initializer, node } = readModel(file).graph!;
  const tensors = new Map(initializer.map(proto => [proto.name, proto]));
  for (const each of node) {
    const value = constantValue(each);
    if (value && each.output[0]) tensors.set(each.output[0], value);
  }
  return tensors;
}

function isAlike(a: TensorProto, b: TensorProto): boolean {
  const sameForm = a.dataType === b.dataType && shapeOf(a).join() === shapeOf(b).join();
  return sameForm && Buffer.from(elementsOf(a)).equals(elementsOf(b));
}

/** As they are stored; those that old exporters spread over typed fields, with their fields. */
function elementsOf(proto: TensorProto): Uint8Array {
  if (proto.rawData.length > 0) return proto.rawData;
  return toBinary(TensorProtoSchema, { ...proto, name: '', docString: '' });
}

function told(tensor: string, proto: TensorProto, change: TensorChange['change']): TensorChange {
  const bytes = elementsOf(proto).length;
  return { tensor, change, datatype: dataTypeName(proto.dataType), shape: shapeOf(proto), bytes };
}
