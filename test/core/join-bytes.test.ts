import { expect, test } from 'vitest';
import { joinBytes } from '../../src/core/join-bytes.ts';

test('parts lie one after the other, in bytes of their own', () => {
  const first = Uint8Array.of(1, 2);
  const whole = joinBytes([first, Uint8Array.of(), Uint8Array.of(3)]);
  expect(whole).toEqual(Uint8Array.of(1, 2, 3));
  first[0] = 9;
  expect(whole[0]).toBe(1);
  expect(joinBytes([])).toHaveLength(0);
});
