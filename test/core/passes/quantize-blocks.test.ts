import { TensorProto_DataType as DataType } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { readInitializers } from '../../../src/core/onnx/patch.ts';
import { readModel } from '../../../src/core/onnx/read.ts';
import { quantizeBlocks } from '../../../src/core/passes/quantize-blocks.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { convolutionModel, numbers } from '../onnx/models.ts';
import { difference, run } from './difference.ts';

/** x [1, rows] · w [rows, columns] */
function product(weights: Float32Array<ArrayBuffer>, rows: number, opset = 21) {
  const columns = weights.length / rows;
  return new GraphBuilder('product')
    .input('x', 'FP32', [1, rows])
    .initializer('w', float32([rows, columns], weights))
    .node('MatMul', ['x', 'w'], ['y'])
    .output('y', 'FP32', [1, columns])
    .build({ opset });
}

/** One column of 32 rows: steps −7 … 7 and again, of half a unit. */
const steps = Float32Array.from({ length: 32 }, (_, i) => ((i % 15) - 7) / 2);

describe('quantizeBlocks', () => {
  test('a literal: two steps in a byte, the first in the lower half, and a scale of max|w| / 7', () => {
    const file = quantizeBlocks(product(steps, 32));
    expect(readInitializers(file).get('w.scale')).toEqual(float32([1], [0.5]));
    const stored = readModel(file).graph!.initializer.find(({ name }) => name === 'w.int4')!;
    expect(stored).toMatchObject({ dataType: DataType.INT4, dims: [1n, 32n] });
    // −7 is 9 and −6 is 10 in four bits of two's complement; then −5, −4 …
    expect([...stored.rawData.slice(0, 8)]).toEqual([0xa9, 0xcb, 0xed, 0x0f, 0x21, 0x43, 0x65, 0x97]);
    expect(tensorLayout(file).find(({ name }) => name === 'w.int4')).toMatchObject({ bytes: 16 });
  });

  test.each([21, 13, 9])('answers what its steps say exactly, with opset %i', async opset => {
    const file = product(steps, 32, opset);
    const small = quantizeBlocks(file);
    expect(inspectModel(small).operators).toHaveProperty(opset >= 21 ? 'DequantizeLinear' : 'Floor');
    const feeds = { x: float32([1, 32], numbers(32)) };
    expect((await run(small, feeds))[0]).toBeCloseTo((await run(file, feeds))[0]!, 5);
  });

  test.each([21, 9])('channels of very different sizes keep their own scales, with opset %i', async opset => {
    const weights = numbers(64 * 4).map((value, i) => value * 100 ** (i % 4));
    const feeds = { x: float32([1, 64], numbers(64, 5)) };
    const file = product(weights, 64, opset);
    const [exact, small] = [await run(file, feeds), await run(quantizeBlocks(file), feeds)];
    exact.forEach((value, column) => {
      expect(Math.abs(small[column]! - value) / 100 ** column).toBeLessThan(0.5);
    });
  });

  test('convolutions and transposed Gemm weights, an eighth of the bytes and their scales', async () => {
    const file = convolutionModel(32);
    const small = quantizeBlocks(file);
    expect(small.length / file.length).toBeLessThan(0.2);
    expect(await difference(file, small, [2, 1, 8, 8])).toBeLessThan(0.15);
  });

  test.each([21, 11])('ConvTranspose has its output channels second, with opset %i', async opset => {
    const file = new GraphBuilder('transpose')
      .input('x', 'FP32', [1, 16, 3, 3])
      .initializer(
        'w',
        float32(
          [16, 6, 2, 2],
          numbers(384).map((value, i) => value * 50 ** (Math.floor(i / 4) % 6 === 0 ? 1 : 0)),
        ),
      )
      .node('ConvTranspose', ['x', 'w'], ['y'])
      .output('y', 'FP32', [1, 6, 4, 4])
      .build({ opset });
    expect(await difference(file, quantizeBlocks(file), [1, 16, 3, 3])).toBeLessThan(0.15);
  });

  test('a weight that is not made of blocks of 32 has the next smaller ones', () => {
    const file = quantizeBlocks(product(numbers(30 * 10), 30));
    expect(readInitializers(file).get('w.scale')!.shape).toEqual([10]);
  });

  test('leaves what is made of no blocks, and what is not finite', () => {
    const operators = (file: Uint8Array<ArrayBuffer>) => inspectModel(quantizeBlocks(file)).operators;
    expect(operators(product(numbers(37 * 2), 37))).toEqual({ MatMul: 1 });
    expect(operators(product(numbers(64).fill(Infinity, 5, 6), 64))).toEqual({ MatMul: 1 });
  });
});
