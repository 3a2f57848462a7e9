import { describe, expect, it } from 'vitest';
import { fingerprint, fingerprintDistance } from '../../../src/core/data/fingerprint.ts';

const grey = (width: number, height: number, toneAt: (x: number, y: number) => number) => {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const tone = toneAt((i % width) / width, Math.floor(i / width) / height);
    rgba.set([tone, tone, tone, 255], 4 * i);
  }
  return fingerprint(rgba, width, height);
};

describe('a fingerprint', () => {
  it('has a bit set where the right neighbour is lighter, the first byte being the upper row', () => {
    expect(grey(90, 80, x => 255 * x)).toBe('ffffffffffffffff');
    expect(grey(90, 80, x => 255 - 255 * x)).toBe('0000000000000000');
    expect(grey(90, 80, (x, y) => (y < 0.5 ? 255 * x : 100))).toBe('ffffffff00000000');
    // One light column of nine, the fourth: lighter than the third, and the fifth darker.
    expect(grey(9, 8, x => (Math.round(x * 9) === 3 ? 200 : 50))).toBe('2020202020202020');
  });

  it('stays as it is in another size, darker, and with less contrast', () => {
    const wave = (x: number, y: number) => 128 + 100 * Math.sin(7 * x + 3 * y);
    const one = grey(320, 240, wave);
    expect(fingerprintDistance(one, grey(640, 480, wave))).toBeLessThanOrEqual(2);
    expect(fingerprintDistance(one, grey(320, 240, (x, y) => 0.5 * wave(x, y) + 10))).toBeLessThanOrEqual(2);
    expect(fingerprintDistance(one, grey(320, 240, (x, y) => wave(y, x)))).toBeGreaterThan(15);
  });

  it('is of photos smaller than its grid too, and of none without pixels', () => {
    expect(grey(2, 1, x => 200 * x)).toMatch(/^[0-9a-f]{16}$/);
    expect(() => fingerprint(new Uint8ClampedArray(), 0, 0)).toThrow(RangeError);
    expect(() => fingerprint(new Uint8ClampedArray(7), 2, 1)).toThrow('7 bytes, wanted 4 × 2 × 1');
  });

  it('is as far from another as they have bits that differ', () => {
    expect(fingerprintDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
    expect(fingerprintDistance('8000000080000001', '0000000000000000')).toBe(3);
  });
});
