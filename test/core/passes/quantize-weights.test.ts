import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { readInitializers } from '../../../src/core/onnx/patch.ts';
import { quantizeWeights } from '../../../src/core/passes/quantize-weights.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { convolutionModel, denseModel, numbers } from '../onnx/models.ts';
import { difference, run } from './difference.ts';

/** x [n, 256] · w [256, 512], the channels of very different sizes. */
function wideModel(opset = 21): Uint8Array<ArrayBuffer> {
  const weights = numbers(256 * 512).map((value, i) => value * 10 ** ((i % 512) / 128 - 2));
  return new GraphBuilder('wide')
    .input('x', 'FP32', ['n', 256])
    .initializer('w', float32([256, 512], weights))
    .node('MatMul', ['x', 'w'], ['y'])
    .output('y', 'FP32', ['n', 512])
    .build({ opset });
}

describe('quantizeWeights', () => {
  test('a literal: w = q · max|w| / 127 for each output channel', () => {
    const columns = Array.from({ length: 32 }, (_, i) => [8 * i - 127, (8 * i - 127) / 1000]).flat();
    const file = new GraphBuilder('literal')
      .input('x', 'FP32', [1, 32])
      .initializer('w', float32([32, 2], columns))
      .node('MatMul', ['x', 'w'], ['y'])
      .output('y', 'FP32', [1, 2])
      .build();
    const weights = readInitializers(quantizeWeights(file, { perChannel: true }));
    expect(weights.get('w.scale')).toEqual(float32([2], [1, 0.001]));
    const steps = Array.from({ length: 32 }, (_, i) => [8 * i - 127, 8 * i - 127]).flat();
    expect([...(weights.get('w.int8')!.data as Int8Array)]).toEqual(steps);
    expect(weights.has('w')).toBe(false);
  });

  test('a big Dense becomes four times smaller and answers within a hundredth', async () => {
    const file = wideModel();
    const small = quantizeWeights(file, { perChannel: true });
    expect(file.length / small.length).toBeGreaterThan(3.8);
    expect(await difference(file, small, [3, 256])).toBeLessThan(0.01);
  });

  test('a scale for each channel keeps what one scale for all loses', async () => {
    const file = wideModel();
    const feeds = { x: float32([1, 256], numbers(256, 5)) };
    const [exact, each, one] = await Promise.all([
      run(file, feeds),
      run(quantizeWeights(file, { perChannel: true }), feeds),
      run(quantizeWeights(file, { perChannel: false }), feeds),
    ]);
    const worst = (answers: number[]) =>
      Math.max(...answers.slice(0, 64).map((value, i) => Math.abs(value - exact[i]!)));
    expect(worst(each) * 10).toBeLessThan(worst(one));
  });

  test('convolutions and transposed Gemm weights, by their own axes', async () => {
    const file = convolutionModel(8);
    const small = quantizeWeights(file, { perChannel: true });
    const weights = readInitializers(small);
    expect(weights.get('conv.w.scale')!.shape).toEqual([8]);
    expect(weights.get('head.w.scale')!.shape).toEqual([10]);
    expect(weights.get('head.b')).toEqual(readInitializers(file).get('head.b'));
    expect(await difference(file, small, [2, 1, 8, 8])).toBeLessThan(0.01);
  });

  test('ConvTranspose has its output channels second', async () => {
    const file = new GraphBuilder('transpose')
      .input('x', 'FP32', [1, 4, 3, 3])
      .initializer('w', float32([4, 6, 2, 2], numbers(96)))
      .node('ConvTranspose', ['x', 'w'], ['y'])
      .output('y', 'FP32', [1, 6, 4, 4])
      .build();
    const small = quantizeWeights(file, { perChannel: true });
    expect(readInitializers(small).get('w.scale')!.shape).toEqual([6]);
    expect(await difference(file, small, [1, 4, 3, 3])).toBeLessThan(0.01);
  });

  test('before opset 13 a Cast and a Mul unfold the weight, and no other operator changes its meaning', async () => {
    const file = wideModel(11);
    const small = quantizeWeights(file, { perChannel: true });
    expect(inspectModel(small)).toMatchObject({ opset: 11, operators: { Cast: 1, MatMul: 1, Mul: 1 } });
    expect(await difference(file, small, [2, 256])).toBeLessThan(0.01);
  });

  test('reaches the weight in a Constant node', async () => {
    const file = new GraphBuilder('constant')
      .input('x', 'FP32', [1, 8])
      .node('Constant', [], ['w'], { value: { tensor: float32([8, 8], numbers(64)) } })
      .node('MatMul', ['x', 'w'], ['y'])
      .output('y', 'FP32', [1, 8])
      .build();
    const small = quantizeWeights(file, { perChannel: true });
    expect(inspectModel(small).operators).toEqual({ DequantizeLinear: 1, MatMul: 1 });
    expect(await difference(file, small, [1, 8])).toBeLessThan(0.01);
  });

  test('leaves small weights, and weights that are not finite, as they are', () => {
    const operators = (file: Uint8Array<ArrayBuffer>) =>
      inspectModel(quantizeWeights(file, { perChannel: true })).operators;
    const beside = new GraphBuilder('beside')
      .input('x', 'FP32', [1, 64])
      .initializer('large', float32([64, 4], numbers(256)))
      .initializer('small', float32([4, 4], numbers(16)))
      .node('MatMul', ['x', 'large'], ['h'])
      .node('MatMul', ['h', 'small'], ['y'])
      .output('y', 'FP32', [1, 4])
      .build();
    expect(operators(beside)).toEqual({ DequantizeLinear: 1, MatMul: 2 });
    const broken = new GraphBuilder('nan')
      .input('x', 'FP32', [1, 64])
      .initializer('w', float32([64, 1], numbers(64).fill(NaN, 5, 6)))
      .node('MatMul', ['x', 'w'], ['y'])
      .output('y', 'FP32', [1, 1])
      .build();
    expect(operators(broken)).toEqual({ MatMul: 1 });
  });

  test('takes small weights where there are no others', () => {
    const small = quantizeWeights(denseModel(), { perChannel: true });
    expect(inspectModel(small).operators).toMatchObject({ DequantizeLinear: 1 });
  });

  test('a channel of zeros stays zero', async () => {
    const weights = numbers(128).map((value, i) => (i % 2 === 0 ? 0 : value));
    const file = new GraphBuilder('zeros')
      .input('x', 'FP32', [1, 64])
      .initializer('w', float32([64, 2], weights))
      .node('MatMul', ['x', 'w'], ['y'])
      .output('y', 'FP32', [1, 2])
      .build();
    const [zero] = await run(quantizeWeights(file, { perChannel: true }), {
      x: float32([1, 64], numbers(64)),
    });
    expect(zero).toBe(0);
  });
});
