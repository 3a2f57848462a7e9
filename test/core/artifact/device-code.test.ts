import { expect, test } from 'vitest';
import { deviceCode } from '../../../src/core/artifact/device-code.ts';

test('is the first 30 bits of the key id in Crockford’s base 32', () => {
  // 0xAB12CD34 >>> 2 in groups of five bits: 10101 01100 01001 01100 11010 01101
  expect(deviceCode(`ab12cd34${'0'.repeat(56)}`)).toBe('NC9CTD');
  expect(deviceCode('f'.repeat(64))).toBe('ZZZZZZ');
  expect(deviceCode('0'.repeat(64))).toBe('000000');
});
