import { describe, expect, test } from 'vitest';
import { runtimeName } from '../../../server/inference/runtime-name.ts';
import { loadOrt, openNodeSession } from '../../../server/inference/session.ts';
import { toHalfBits } from '../../../src/core/runtime/half.ts';
import { smokeTest } from '../../../src/core/runtime/smoke-test.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { convolutionModel, denseModel, numbers } from '../../core/onnx/models.ts';

describe('openNodeSession', () => {
  test('computes softmax(x · w + b) as it is computed by hand', async () => {
    const session = await openNodeSession(denseModel());
    const x = Float32Array.of(1, 2, 3, 4);
    const [w, b] = [numbers(12), numbers(3, 2)];
    const { probabilities } = await session.run({ x: float32([1, 4], x) });
    const logits = [0, 1, 2].map(j => x.reduce((sum, value, i) => sum + value * w[i * 3 + j]!, b[j]!));
    const exponentials = logits.map(Math.exp);
    const total = exponentials.reduce((a, c) => a + c);
    expect(probabilities!.shape).toEqual([1, 3]);
    expect(probabilities!.datatype).toBe('FP32');
    exponentials.forEach((value, j) => expect(probabilities!.data[j]).toBeCloseTo(value / total, 5));
    await session.dispose();
  });

  test('says what it takes and gives, free dimensions as −1', async () => {
    const session = await openNodeSession(convolutionModel());
    expect(session.inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1, 1, 8, 8] }]);
    expect(session.outputs).toEqual([{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }]);
    await session.dispose();
  });

  test.each<[string, Tensor]>([
    ['INT64', { datatype: 'INT64', shape: [3], data: BigInt64Array.of(1n, -2n, 2n ** 53n + 1n) }],
    ['FP16', { datatype: 'FP16', shape: [2], data: Uint16Array.of(toHalfBits(0.5), toHalfBits(-3)) }],
    ['BOOL', { datatype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }],
    ['FP64', { datatype: 'FP64', shape: [1], data: Float64Array.of(1e-300) }],
    ['UINT8', { datatype: 'UINT8', shape: [2, 1], data: Uint8Array.of(7, 255) }],
    ['BYTES', { datatype: 'BYTES', shape: [2], data: ['a', '三'] }],
  ])('carries %s in and out unchanged', async (_, tensor) => {
    const file = new GraphBuilder('identity')
      .input('x', tensor.datatype, [...tensor.shape])
      .node('Identity', ['x'], ['y'])
      .output('y', tensor.datatype, [...tensor.shape])
      .build();
    const session = await openNodeSession(file);
    expect((await session.run({ x: tensor }))['y']).toEqual(tensor);
    await session.dispose();
  });

  test.each<[string, Record<string, Tensor>, RegExp]>([
    ['a missing input', {}, /x.*missing/],
    ['an unknown input', { x: float32([1, 4], [1, 2, 3, 4]), z: float32([1], [1]) }, /z/],
    ['another width', { x: float32([1, 5], [1, 2, 3, 4, 5]) }, /\[1, 5\].*\[-1, 4\]/],
    ['another datatype', { x: { datatype: 'INT32', shape: [1, 4], data: new Int32Array(4) } }, /INT32.*FP32/],
    ['too few elements', { x: float32([2, 4], [1, 2, 3, 4]) }, /4.*8/],
  ])('refuses %s, with what it got and wanted', async (_, feeds, detail) => {
    const session = await openNodeSession(denseModel());
    await expect(session.run(feeds)).rejects.toMatchObject({
      code: 'InputInvalid',
      detail: expect.stringMatching(detail),
    });
    await session.dispose();
  });

  test('refuses a model whose operator it lacks, by name', async () => {
    const file = new GraphBuilder('strange')
      .input('x', 'FP32', [1])
      .node('com.microsoft::Teleport', ['x'], ['y'])
      .output('y', 'FP32', [1])
      .build({ domains: { 'com.microsoft': 1 } });
    await expect(openNodeSession(file)).rejects.toMatchObject({
      code: 'OperatorUnsupported',
      detail: expect.stringContaining('com.microsoft.Teleport'),
    });
  });

  test('refuses the operator that would end the process, before the runtime sees it', async () => {
    const file = new GraphBuilder('crash')
      .node('DynamicSlice', [], ['y'])
      .output('y', 'FP32', [])
      .build({ opset: 9 });
    await expect(openNodeSession(file)).rejects.toMatchObject({
      code: 'OperatorUnsupported',
      detail: 'DynamicSlice.',
    });
  });

  test('passes on what only the runtime finds, as ModelInvalid', async () => {
    const file = new GraphBuilder('arity')
      .input('x', 'FP32', [1])
      .node('Conv', ['x'], ['y'])
      .output('y', 'FP32', [1])
      .build();
    await expect(openNodeSession(file)).rejects.toMatchObject({
      code: 'ModelInvalid',
      detail: expect.stringContaining('Conv_0'),
    });
  });

  test('names the runtime with its version', async () => {
    const { env } = await loadOrt();
    expect(runtimeName()).toBe(`onnxruntime ${env.versions.node}`);
  });
});

test('a recording agrees with the model it was made with, and not with other weights', async () => {
  const [same, other] = await Promise.all([denseModel(1), denseModel(9)].map(openNodeSession));
  const x = float32([2, 4], numbers(8, 5));
  const { probabilities } = await same!.run({ x });
  const recorded = {
    tolerance: 1e-5,
    cases: [
      {
        inputs: { x: { datatype: 'FP32' as const, shape: [2, 4], data: [...numbers(8, 5)] } },
        outputs: {
          probabilities: {
            datatype: 'FP32' as const,
            shape: [2, 3],
            data: [...(probabilities!.data as Float32Array)],
          },
        },
      },
    ],
  };
  expect(await smokeTest(same!, recorded)).toEqual({ difference: 0, agrees: true });
  expect(await smokeTest(other!, recorded)).toMatchObject({ agrees: false });
  await Promise.all([same!.dispose(), other!.dispose()]);
});
