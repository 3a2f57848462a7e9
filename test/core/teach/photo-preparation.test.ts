import { describe, expect, it } from 'vitest';
import type { InputInterface } from '../../../src/core/artifact/interface.ts';
import { assumedPreparation, preparationOf } from '../../../src/core/teach/photo-preparation.ts';

const image = (
  shape: number[],
  range: [number, number],
  layout: 'NCHW' | 'NHWC' = 'NCHW',
): InputInterface => ({
  name: 'x',
  datatype: 'FP32',
  shape,
  meaning: { kind: 'image', layout, range, preparation: 'pixels', names: null },
});

/** What a byte becomes. */
const brought = (
  byte: number,
  { mean, deviation }: { mean: readonly number[]; deviation: readonly number[] },
) => (byte / 255 - mean[0]!) / deviation[0]!;

describe('how a photo is brought to a model', () => {
  it('follows from the range that its interface says', () => {
    for (const range of [
      [0, 1],
      [-1, 1],
      [0, 255],
      [1, 0],
    ] as [number, number][]) {
      const preparation = preparationOf(image([-1, 3, 96, 128], range))!;
      expect(preparation).toMatchObject({ height: 96, width: 128, layout: 'NCHW', channels: 3 });
      expect(brought(0, preparation)).toBeCloseTo(range[0], 9);
      expect(brought(255, preparation)).toBeCloseTo(range[1], 9);
    }
    expect(preparationOf(image([1, -1, -1, 1], [0, 1], 'NHWC'))).toMatchObject({
      height: 224,
      width: 224,
      channels: 1,
      mean: [expect.closeTo(0)],
    });
  });

  it('is not told by drawings, by rows of numbers, or by nothing', () => {
    const drawn = image([-1, 1, 8, 8], [0, 16]);
    const counts = { ...drawn, meaning: { ...drawn.meaning!, preparation: 'cell-counts' } } as InputInterface;
    expect(preparationOf(counts)).toBeNull();
    expect(preparationOf({ ...drawn, meaning: null })).toBeNull();
    expect(preparationOf(image([-1, 5, 8, 8], [0, 1]))).toBeNull();
  });

  it('can be said where the interface does not', () => {
    expect(assumedPreparation({ shape: [1, 416, 416, 3] }, 'imagenet')).toMatchObject({
      layout: 'NHWC',
      height: 416,
      mean: [0.485, 0.456, 0.406],
    });
    expect(assumedPreparation({ shape: [-1, 1, 64, 64] }, 'signed')).toMatchObject({
      channels: 1,
      mean: [0.5],
    });
    expect(assumedPreparation({ shape: [-1, 12] })).toBeNull();
  });
});
