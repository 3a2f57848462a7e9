import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxFloat32Bytes, writeFloat32 } from '../../../src/core/protocol/float32-digits.ts';

const bytes = new Uint8Array(64);

function textOf(value: number): string {
  return new TextDecoder().decode(bytes.subarray(0, writeFloat32(bytes, 0, value)));
}

/** By trying every count of digits: slow, and nothing to get wrong. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}

function significant(text: string): number {
  return text
    .replace(/e.*/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '').length;
}

describe('a binary32 in decimal', () => {
  test.each([
    [0, '0'],
    [-0, '-0.0'],
    [1, '1'],
    [-16_777_215, '-16777215'],
    [0.1, '0.1'],
    [5.1, '5.1'],
    [-0.5, '-0.5'],
    [1 / 3, '0.33333334'],
    [0.99999994, '0.99999994'],
    [1.2e-7, '0.00000012'],
    [1e-9, '1e-9'],
    [1.5e-12, '1.5e-12'],
    [3.4028234663852886e38, '3.4028235e+38'],
    [1.401298464324817e-45, '1e-45'],
  ])('%d is %s', (value, text) => {
    expect(textOf(Math.fround(value))).toBe(text);
  });

  test('reads back as the same number, in as few digits as there can be', () => {
    const any = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc
        .tuple(fc.float({ min: 1, max: 10, noNaN: true }), fc.integer({ min: -20, max: 20 }))
        .map(([v, e]) => Math.fround(v * 10 ** e)),
      fc
        .tuple(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: -20, max: 20 }))
        .map(([v, e]) => Math.fround(v * 10 ** e)),
    );
    fc.assert(
      fc.property(any, value => {
        const text = textOf(value);
        expect(Math.fround(JSON.parse(text) as number)).toBe(value);
        expect(text.length).toBeLessThanOrEqual(maxFloat32Bytes);
        if (value !== 0) expect(significant(text)).toBeLessThanOrEqual(significant(`${shortest(value)}`));
      }),
      { numRuns: 2000 },
    );
  });
});
