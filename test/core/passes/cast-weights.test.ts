import { describe, expect, test } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { readInitializers } from '../../../src/core/onnx/patch.ts';
import { castWeights } from '../../../src/core/passes/cast-weights.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { convolutionModel, numbers } from '../onnx/models.ts';
import { difference } from './difference.ts';

function product(weights: number[], rows = weights.length) {
  return new GraphBuilder('product')
    .input('x', 'FP32', [1, rows])
    .initializer('w', float32([rows, weights.length / rows], weights))
    .node('MatMul', ['x', 'w'], ['y'])
    .output('y', 'FP32', [1, weights.length / rows])
    .build();
}

describe('castWeights', () => {
  test('a literal: binary16 has these bits', () => {
    const weights = readInitializers(castWeights(product([1, -2, 65504, 2 ** -24, 1 + 2 ** -11])));
    expect([...(weights.get('w.fp16')!.data as Uint16Array)]).toEqual([
      0x3c00, 0xc000, 0x7bff, 0x0001, 0x3c00,
    ]);
    expect(weights.has('w')).toBe(false);
  });

  test('half the bytes, the same operators beside a cast for each weight, the answers within a thousandth', async () => {
    const file = convolutionModel(32);
    const small = castWeights(file);
    expect(small.length / file.length).toBeLessThan(0.55);
    expect(inspectModel(small).operators).toEqual({ ...inspectModel(file).operators, Cast: 2 });
    // Biases are few: they stay as they are.
    expect(readInitializers(small).get('head.b')).toEqual(readInitializers(file).get('head.b'));
    expect(await difference(file, small, [2, 1, 8, 8])).toBeLessThan(1e-3);
  });

  test('a weight that fp16 cannot hold is named, not cut off', () => {
    expect(() => castWeights(product([1, 70_000, 3]))).toThrow(/'w' holds 70000; fp16 ends at 65504/);
    expect(() => castWeights(product([1, NaN, 3]))).toThrow(/'w' holds NaN/);
  });

  test('reaches what Gather reads, and a weight in a Constant node', async () => {
    const file = new GraphBuilder('embedding')
      .input('i', 'INT64', [2])
      .initializer('table', float32([50, 8], numbers(400)))
      .node('Constant', [], ['w'], { value: { tensor: float32([8, 8], numbers(64, 3)) } })
      .node('Gather', ['table', 'i'], ['rows'])
      .node('MatMul', ['rows', 'w'], ['y'])
      .output('y', 'FP32', [2, 8])
      .build();
    const small = castWeights(file);
    expect(inspectModel(small).operators).toEqual({ Cast: 2, Gather: 1, MatMul: 1 });
    const session = await openNodeSession(small);
    const feeds = { i: { datatype: 'INT64', shape: [2], data: BigInt64Array.of(3n, 49n) } } as const;
    expect((await session.run(feeds))['y']!.data).toHaveLength(16);
    await session.dispose();
  });
});
