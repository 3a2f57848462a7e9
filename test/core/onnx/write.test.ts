import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { expect, test } from 'vitest';
import { readModel } from '../../../src/core/onnx/read.ts';
import { writeModel } from '../../../src/core/onnx/write.ts';
import { convolutionModel, denseModel } from './models.ts';

test('the file is the one that the general writer makes, unknown fields and large weights included', () => {
  const model = readModel(convolutionModel(32));
  const unknown = [{ no: 99, wireType: 0, data: Uint8Array.of(7) }];
  model.$unknown = unknown;
  model.graph!.$unknown = unknown;
  model.graph!.docString = 'behind the weights';
  model.graph!.initializer.push(
    create(TensorProtoSchema, { name: 'floats', dims: [2n], dataType: 1, floatData: [1, 2] }),
  );
  for (const tensor of model.graph!.initializer) {
    tensor.$unknown = unknown;
    tensor.docString = 'behind its elements';
  }
  expect(Buffer.compare(writeModel(model), toBinary(ModelProtoSchema, model))).toBe(0);
});

test('models that are read, made and empty are written too', () => {
  expect(writeModel(readModel(denseModel()))).toEqual(denseModel());
  expect(writeModel(create(ModelProtoSchema))).toEqual(new Uint8Array());
});
