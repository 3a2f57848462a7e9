import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHalfBits, toHalfBits } from '../../../src/core/runtime/half.ts';

test.each([
  [0, 0],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [65519, 0x7bff],
  [65520, 0x7c00],
  [-Infinity, 0xfc00],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [2 - 2 ** -11, 0x4000],
])('%d rounds to %d', (value, bits) => {
  expect(toHalfBits(value)).toBe(bits);
});

test('every half that is a number comes back as the same bits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), bits => {
      const value = fromHalfBits(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(fromHalfBits(toHalfBits(value)))).toBe(true);
      else expect(toHalfBits(value)).toBe(bits);
    }),
  );
});
