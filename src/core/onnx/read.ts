// An ONNX file as onnx-buf's messages. Weights are views into the file: the file must outlive the model.
import { fromBinary } from '@bufbuild/protobuf';
import { type ModelProto, ModelProtoSchema } from 'onnx-buf';
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { assertOnnx } from './layout.ts';

/**
 * The caller must not modify the file while the model is in use.
 * @throws HaversackError `NotOnnx`
 */
export function readModel(file: Bytes): ModelProto {
  assertOnnx(file);
  try {
    return fromBinary(ModelProtoSchema, file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HaversackError('NotOnnx', `The file does not read as one: ${reason}.`, { cause: error });
  }
}
