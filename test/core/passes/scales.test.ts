import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { patchInitializers, readInitializers } from '../../../src/core/onnx/patch.ts';
import { readModel } from '../../../src/core/onnx/read.ts';
import { quantizeBlocks } from '../../../src/core/passes/quantize-blocks.ts';
import { quantizeWeights } from '../../../src/core/passes/quantize-weights.ts';
import { ownScales, PinnedScales } from '../../../src/core/passes/scales.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { numbers } from '../onnx/models.ts';
import { difference } from './difference.ts';

const rows = 256;
const columns = 64;

function product(weights: Float32Array<ArrayBuffer>) {
  return new GraphBuilder('product')
    .input('x', 'FP32', [1, rows])
    .initializer('w', float32([rows, columns], weights))
    .node('MatMul', ['x', 'w'], ['y'])
    .output('y', 'FP32', [1, columns])
    .build();
}

const int8 = (file: Uint8Array<ArrayBuffer>, scales = ownScales) =>
  quantizeWeights(file, { perChannel: true, scales });

function storedSteps(file: Uint8Array<ArrayBuffer>, name: string): Uint8Array {
  return readModel(file).graph!.initializer.find(tensor => tensor.name === name)!.rawData;
}

function equalShare(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((same, byte, i) => same + (byte === b[i] ? 1 : 0), 0) / a.length;
}

describe('scales of their own', () => {
  test('a literal: the largest by the largest step; any for zeros; none that would be 0', () => {
    expect(ownScales('w', Float32Array.of(254, 0), 127)).toEqual(float32([2], [2, 1]));
    expect(ownScales('w', Float32Array.of(2 ** -149), 127)).toBeNull();
  });
});

describe('pinned scales', () => {
  const weights = numbers(rows * columns);
  const before = product(weights);
  /** Every weight moved, by about a tenth of an int8 step. */
  const moved = weights.map((weight, i) => weight + numbers(1, i + 7)[0]! * 1e-3);
  const after = patchInitializers(before, new Map([['w', float32([rows, columns], moved)]]));

  test('a literal: kept where the new range fits, else their own', () => {
    const variant = int8(product(Float32Array.from({ length: rows * columns }, (_, i) => (i % columns) + 1)));
    const largest = Float32Array.from({ length: columns }, (_, i) => i + 1);
    // Within 2 %; beyond; less than half of the range; nothing at all.
    largest.set([1.015625, 2.0625, 1.375, 0]);
    const pinned = new PinnedScales(variant, 'int8');
    const chosen = [...(pinned.choose('w', largest, 127)!.data as Float32Array)].slice(0, 4);
    expect(chosen).toEqual([1 / 127, 2.0625 / 127, 1.375 / 127, 4 / 127].map(Math.fround));
    expect(pinned.kept).toBe(columns - 2);
  });

  test.each([
    ['int8', int8, 'w.int8', 0.85],
    ['int4', quantizeBlocks, 'w.int4', 0.97],
  ] as const)(
    'a fine-tune that moved every weight leaves most bytes of %s as they were',
    async (bits, make, name, share) => {
      const parent = make(before);
      const pinned = new PinnedScales(parent, bits);
      const child = make(after, pinned.choose);
      expect(pinned.kept).toBeGreaterThan(0);
      expect(equalShare(storedSteps(parent, name), storedSteps(child, name))).toBeGreaterThan(share);
      expect(readInitializers(child).get('w.scale')!.data).toEqual(
        readInitializers(parent).get('w.scale')!.data,
      );
      expect(await difference(after, child, [1, rows])).toBeLessThan(bits === 'int8' ? 0.01 : 0.15);
    },
  );

  test('another shape has scales of its own', () => {
    const pinned = new PinnedScales(int8(before), 'int8');
    const largest = new Float32Array(columns + 1).fill(1);
    expect(pinned.choose('w', largest, 127)).toEqual(ownScales('w', largest, 127));
    expect(pinned.kept).toBe(0);
  });
});
