import { describe, expect, test } from 'vitest';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { patchInitializers, readInitializers } from '../../../src/core/onnx/patch.ts';
import { readModel } from '../../../src/core/onnx/read.ts';
import { quantizeBlocks } from '../../../src/core/passes/quantize-blocks.ts';
import { quantizeWeights } from '../../../src/core/passes/quantize-weights.ts';
import { ownScales, PinnedScales } from '../../../src/core/passes/scales.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { numbers } from '../onnx/models.ts';
import { difference } from './difference.ts';

const of = ({ choose, rounding }: PinnedScales) => ({ scales: choose, rounding });

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

  test('a literal: a value keeps its step up to 0.6 away from it, and goes to the nearest beyond', () => {
    // A scale of 1 in each column; steps 0, 1, −7 and 127 in the first row.
    const steps = new Float32Array(rows * columns).fill(127);
    steps.set([0, 1, -7, 127]);
    const pinned = new PinnedScales(int8(product(steps)), 'int8');
    const stepOf = pinned.rounding('w', 127);
    expect([0.59, 1.61, -7.59, 127.9].map((value, i) => stepOf(value, i))).toEqual([0, 2, -7, 127]);
    expect([0.61, 0.41, -6.39, 126.3].map((value, i) => stepOf(value, i))).toEqual([1, 1, -6, 126]);
    expect(pinned.rounding('other', 127)(0.59, 0)).toBe(1);
  });

  test('a literal: 4-bit steps are two in a byte, and have a sign', () => {
    const steps = Float32Array.from({ length: rows * columns }, (_, i) => (i < columns ? 7 : 0));
    // Column after column, in which the first row is first.
    const pinned = new PinnedScales(quantizeBlocks(product(steps.map(step => -step))), 'int4');
    const stepOf = pinned.rounding('w', 7);
    expect([stepOf(-6.45, 0), stepOf(-6.35, 0), stepOf(0.55, 1)]).toEqual([-7, -6, 0]);
  });

  test.each([
    [
      'int8',
      (file: Bytes, pinned: PinnedScales) => quantizeWeights(file, { perChannel: true, ...of(pinned) }),
    ],
    ['int4', (file: Bytes, pinned: PinnedScales) => quantizeBlocks(file, pinned.choose, pinned.rounding)],
  ] as const)('fewer bytes of %s change, and no answer is further off by much', async (bits, make) => {
    const parent = bits === 'int8' ? int8(before) : quantizeBlocks(before);
    const pinned = new PinnedScales(parent, bits);
    const nearest = bits === 'int8' ? int8(after, pinned.choose) : quantizeBlocks(after, pinned.choose);
    const lagging = make(after, pinned);
    const changed = (file: Bytes) =>
      1 - equalShare(storedSteps(parent, `w.${bits}`), storedSteps(file, `w.${bits}`));
    expect(changed(lagging)).toBeLessThan(0.8 * changed(nearest));
    const off = (file: Bytes) => difference(after, file, [1, rows]);
    expect(await off(lagging)).toBeLessThan(1.25 * (await off(nearest)));
  });

  test('another shape has scales of its own', () => {
    const pinned = new PinnedScales(int8(before), 'int8');
    const largest = new Float32Array(columns + 1).fill(1);
    expect(pinned.choose('w', largest, 127)).toEqual(ownScales('w', largest, 127));
    expect(pinned.kept).toBe(0);
  });
});
