import { describe, expect, it } from 'vitest';
import { create } from '@bufbuild/protobuf';
import { StringStringEntryProtoSchema } from 'onnx-buf';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { descriptionOf, describeModel } from '../../../src/core/onnx/description.ts';
import { readModel } from '../../../src/core/onnx/read.ts';
import { writeModel } from '../../../src/core/onnx/write.ts';

const plain = new GraphBuilder('plain')
  .input('x', 'FP32', [-1, 2])
  .node('Relu', ['x'], ['y'])
  .output('y', 'FP32', [-1, 2])
  .build();

describe('what a file says of itself', () => {
  it('is nothing, until it is described', () => {
    expect(descriptionOf(plain)).toEqual({ features: null, labels: null });
    const described = describeModel(plain, { features: ['a', 'b'], labels: ['no', 'yes'] });
    expect(descriptionOf(described)).toEqual({ features: ['a', 'b'], labels: ['no', 'yes'] });
  });

  it('is replaced, not added to, and stays where it is not said again', () => {
    const first = describeModel(plain, { features: ['a', 'b'], labels: ['no', 'yes'] });
    const second = describeModel(first, { features: null, labels: ['left', 'right'] });
    expect(descriptionOf(second)).toEqual({ features: ['a', 'b'], labels: ['left', 'right'] });
    expect(readModel(second).metadataProps).toHaveLength(2);
  });

  it('counts for nothing where it is no list of names', () => {
    const model = readModel(plain);
    for (const value of ['["a"', '[1, 2]', '{}']) {
      model.metadataProps = [create(StringStringEntryProtoSchema, { key: 'haversack.labels', value })];
      expect(descriptionOf(writeModel(model)).labels).toBeNull();
    }
  });
});
