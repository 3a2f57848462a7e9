import { create } from '@bufbuild/protobuf';
import { TensorProtoSchema } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { architectureDigest } from '../../../src/core/onnx/architecture.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { patchInitializers, readInitializers } from '../../../src/core/onnx/patch.ts';
import { readModel } from '../../../src/core/onnx/read.ts';
import { writeModel } from '../../../src/core/onnx/write.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { convolutionModel, denseModel, numbers } from './models.ts';

describe('patchInitializers', () => {
  test('changes the bytes of the weights it is given and no others', () => {
    const file = convolutionModel();
    const original = file.slice();
    const head = float32([10, 256], numbers(2560, 77));
    const patched = patchInitializers(file, new Map([['head.w', head]]));
    expect(file).toEqual(original);
    expect(readInitializers(patched).get('head.w')).toEqual(head);
    const { offset, bytes } = tensorLayout(file).find(({ name }) => name === 'head.w')!;
    expect(patched.subarray(0, offset)).toEqual(file.subarray(0, offset));
    expect(patched.subarray(offset + bytes)).toEqual(file.subarray(offset + bytes));
    expect(tensorLayout(patched)).toEqual(tensorLayout(file));
  });

  test.each([
    ['a name that is not there', 'nothing', float32([3], [1, 2, 3])],
    ['another shape', 'w', float32([3, 4], numbers(12))],
    ['another datatype', 'b', { datatype: 'INT32' as const, shape: [3], data: new Int32Array(3) }],
    ['too few elements', 'b', { datatype: 'FP32' as const, shape: [3], data: new Float32Array(2) }],
    ['an array of another kind', 'b', { datatype: 'FP32' as const, shape: [3], data: new Int32Array(3) }],
  ])('refuses %s', (_, name, tensor) => {
    expect(() => patchInitializers(denseModel(), new Map([[name, tensor]]))).toThrow(
      expect.objectContaining({ code: 'ModelInvalid', detail: expect.stringContaining(`'${name}'`) }),
    );
  });

  test('reaches the weight in a Constant node', () => {
    const file = new GraphBuilder('constant')
      .input('x', 'FP32', [2])
      .node('Constant', [], ['w'], { value: { tensor: float32([2], [1, 2]) } })
      .node('Mul', ['x', 'w'], ['y'])
      .output('y', 'FP32', [2])
      .build();
    const patched = patchInitializers(file, new Map([['w', float32([2], [3, 4])]]));
    expect(readInitializers(patched, ['w']).get('w')).toEqual(float32([2], [3, 4]));
  });
});

describe('readInitializers', () => {
  test('gives what the graph was built with', () => {
    const weights = readInitializers(denseModel());
    expect([...weights]).toEqual([
      ['w', float32([4, 3], numbers(12))],
      ['b', float32([3], numbers(3, 2))],
    ]);
  });

  test('reads elements that are stored as numbers rather than bytes', () => {
    const model = readModel(denseModel());
    model.graph!.initializer[1] = create(TensorProtoSchema, {
      name: 'b',
      dims: [3n],
      dataType: 1,
      floatData: [0.5, -1, 2],
    });
    expect(readInitializers(writeModel(model)).get('b')).toEqual(float32([3], [0.5, -1, 2]));
  });

  test('refuses a name that is not there', () => {
    expect(() => readInitializers(denseModel(), ['w', 'v'])).toThrow(/no weight 'v'/);
  });
});

describe('architectureDigest', () => {
  test('is the same for other weights, another producer and another way of storing them', async () => {
    const digest = await architectureDigest(denseModel(1));
    expect(await architectureDigest(denseModel(2))).toBe(digest);
    const model = readModel(denseModel());
    model.producerName = 'someone else';
    model.graph!.docString = 'words';
    model.graph!.initializer[1] = create(TensorProtoSchema, {
      name: 'b',
      dims: [3n],
      dataType: 1,
      floatData: [1, 2, 3],
    });
    expect(await architectureDigest(writeModel(model))).toBe(digest);
  });

  test('differs where a shape, a name or an attribute does', async () => {
    const digests = await Promise.all([
      architectureDigest(denseModel()),
      architectureDigest(convolutionModel(4)),
      architectureDigest(convolutionModel(5)),
    ]);
    expect(new Set(digests).size).toBe(3);
    const model = readModel(denseModel());
    model.graph!.node[2]!.attribute[0]!.i = 0n;
    expect(await architectureDigest(writeModel(model))).not.toBe(digests[0]);
  });
});
