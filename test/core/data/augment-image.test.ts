import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedImage, type ImageChanges, type ImageShape } from '../../../src/core/data/augment-image.ts';
import { type Random, seededRandom } from '../../../src/core/data/random.ts';

const shape = fc.record({
  channels: fc.constantFrom(1, 3),
  height: fc.integer({ min: 1, max: 7 }),
  width: fc.integer({ min: 1, max: 7 }),
  layout: fc.constantFrom('NCHW' as const, 'NHWC' as const),
});
const changes = fc.record({
  shift: fc.integer({ min: 0, max: 3 }),
  scale: fc.double({ min: 0, max: 0.9, noNaN: true }),
  rotate: fc.double({ min: 0, max: 180, noNaN: true }),
  flip: fc.boolean(),
  contrast: fc.double({ min: 0, max: 0.9, noNaN: true }),
  brightness: fc.double({ min: 0, max: 0.9, noNaN: true }),
  noise: fc.double({ min: 0, max: 1, noNaN: true }),
});
const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function imageOf({ channels, height, width }: ImageShape, from: number): Float32Array {
  const random = seededRandom(from);
  return Float32Array.from({ length: channels * height * width }, () => random.uniform());
}

/** Draws these numbers, one after the other. */
function drawing(...values: number[]): Random {
  let next = 0;
  return { ...seededRandom(0), uniform: () => values[next++]! };
}

/** One channel, 3 × 3. */
const square: ImageShape = { channels: 1, height: 3, width: 3, layout: 'NCHW' };
const one = (values: readonly number[], what: ImageChanges, random: Random) =>
  Array.from(changedImage(Float32Array.from(values), square, what, random)).map(value => +value.toFixed(5));

describe('a changed image', () => {
  it('is the image itself where nothing changes', () => {
    fc.assert(
      fc.property(shape, seed, (of, from) => {
        const image = imageOf(of, from);
        const nothing = { shift: 0, scale: 0, rotate: 0, flip: false, contrast: 0, brightness: 0, noise: 0 };
        for (const none of [{}, nothing]) {
          expect(changedImage(image, of, none, seededRandom(from))).toEqual(image);
        }
      }),
    );
  });

  it('stays within what the image had, and leaves the image as it is', () => {
    fc.assert(
      fc.property(shape, changes, seed, (of, what, from) => {
        const image = imageOf(of, from);
        const before = Float32Array.from(image);
        const changed = changedImage(image, of, what, seededRandom(from));
        expect(image).toEqual(before);
        expect(changed.buffer).not.toBe(image.buffer);
        expect(Math.min(...changed)).toBeGreaterThanOrEqual(Math.min(...image) - 1e-6);
        expect(Math.max(...changed)).toBeLessThanOrEqual(Math.max(...image) + 1e-6);
      }),
    );
  });

  it('is the same for the same numbers drawn', () => {
    fc.assert(
      fc.property(shape, changes, seed, (of, what, from) => {
        const change = () => changedImage(imageOf(of, 1), of, what, seededRandom(from));
        expect(change()).toEqual(change());
      }),
    );
  });

  it('is the same whichever way its channels lie', () => {
    fc.assert(
      fc.property(shape, changes, seed, (of, what, from) => {
        const { channels, height, width } = of;
        const first = { ...of, layout: 'NCHW' as const };
        const last = { ...of, layout: 'NHWC' as const };
        const image = imageOf(of, from);
        const toLast = (planes: Float32Array) =>
          Float32Array.from(planes, (_, i) => {
            const [place, channel] = [Math.floor(i / channels), i % channels];
            return planes[channel * height * width + place]!;
          });
        // Noise is drawn number by number, in the order in which they lie.
        const quiet = { ...what, noise: 0 };
        const changed = changedImage(image, first, quiet, seededRandom(from));
        const other = changedImage(toLast(image), last, quiet, seededRandom(from));
        toLast(changed).forEach((value, i) => expect(other[i]).toBeCloseTo(value, 5));
      }),
    );
  });

  it('is shifted by whole and by half pixels, the border’s tone coming in', () => {
    const image = [0, 0, 0, 0, 1, 2, 0, 0, 0];
    // 2 · u − 1 of the shift: right by one, then left by a half; nothing up or down; no turn, no scale.
    expect(one(image, { shift: 1 }, drawing(1, 0.5, 0.5, 0.5))).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(one(image, { shift: 1 }, drawing(0.25, 0.5, 0.5, 0.5))).toEqual([0, 0, 0, 0.5, 1.5, 1, 0, 0, 0]);
  });

  it('is mirrored', () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(one(image, { flip: true }, drawing(0.5, 0.5, 0.5, 0.5, 0))).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7]);
    expect(one(image, { flip: true }, drawing(0.5, 0.5, 0.5, 0.5, 0.9))).toEqual(image);
  });

  it('is turned by a right angle', () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(one(image, { rotate: 90 }, drawing(0.5, 0.5, 0.5, 1))).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
  });

  it('is enlarged about its middle', () => {
    const image = [0, 0, 0, 2, 4, 2, 0, 0, 0];
    expect(one(image, { scale: 0.99 }, drawing(0.5, 0.5, 1, 0.5)).map(value => +value.toFixed(1))).toEqual([
      1.5, 2, 1.5, 3, 4, 3, 1.5, 2, 1.5,
    ]);
  });

  it('has its contrast and its brightness changed', () => {
    const image = [0, 4, 8, 4, 4, 4, 4, 4, 4];
    expect(one(image, { contrast: 0.5 }, drawing(0, 0.5))).toEqual([2, 4, 6, 4, 4, 4, 4, 4, 4]);
    expect(one(image, { brightness: 0.25 }, drawing(0.5, 1))).toEqual([2, 6, 8, 6, 6, 6, 6, 6, 6]);
  });

  it('is seen by another light: each channel by a factor of its own, about its lowest number', () => {
    const shape = { channels: 2, height: 1, width: 2 };
    // First contrast and brightness, which are not asked for; then 1 + 0.5 · (2 · 1 − 1) and 1 + 0.5 · (2 · 0 − 1).
    const lit = (image: number[], layout: 'NCHW' | 'NHWC') =>
      Array.from(
        changedImage(
          Float32Array.from(image),
          { ...shape, layout },
          { colour: 0.5 },
          drawing(0.5, 0.5, 1, 0),
        ),
      );
    expect(lit([2, 4, 6, 10], 'NCHW')).toEqual([2, 5, 4, 6]);
    expect(lit([2, 6, 4, 10], 'NHWC')).toEqual([2, 4, 5, 6]);
  });
});
