import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
} from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { HaversackError } from '../../../src/core/errors.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { operatorTypes } from '../../../src/core/onnx/operator-types.ts';
import { quantizeWeights } from '../../../src/core/passes/quantize-weights.ts';
import { convolutionModel, denseModel } from './models.ts';

const node = (opType: string, attribute: AttributeProto[] = []) =>
  create(NodeProtoSchema, { opType, attribute });

function graphAttribute(name: string, opType: string): AttributeProto {
  const g = create(GraphProtoSchema, { node: [node(opType)] });
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.GRAPH, g });
}

describe('operatorTypes', () => {
  test.each([
    ['a dense network', denseModel()],
    ['convolutions', convolutionModel()],
    ['int8 weights', quantizeWeights(denseModel(), { perChannel: true })],
  ])('names what an inspection counts: %s', (_name, file) => {
    expect([...operatorTypes(file)].sort()).toEqual(Object.keys(inspectModel(file).operators).sort());
  });

  test('looks into branches and into the model’s own functions', () => {
    const branches = [graphAttribute('then_branch', 'QuantizeLinear'), graphAttribute('else_branch', 'Neg')];
    const model = create(ModelProtoSchema, {
      irVersion: 10n,
      graph: create(GraphProtoSchema, { node: [node('If', branches)] }),
      functions: [create(FunctionProtoSchema, { name: 'own', node: [node('Erf')] })],
    });
    const file = new Uint8Array(toBinary(ModelProtoSchema, model));
    expect([...operatorTypes(file)].sort()).toEqual(['Erf', 'If', 'Neg', 'QuantizeLinear']);
  });

  test('a file that is no model is NotOnnx', () => {
    const cats = new TextEncoder().encode('PK this is a zip of cats');
    expect(() => operatorTypes(cats)).toThrow(HaversackError);
  });
});
