// onnx-buf's messages as an ONNX file: fields in the order of their numbers, so that the same model gives the same bytes.
import { toBinary } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema } from 'onnx-buf';
import type { Bytes } from '../artifact/digest.ts';

export function writeModel(model: ModelProto): Bytes {
  return toBinary(ModelProtoSchema, model);
}
