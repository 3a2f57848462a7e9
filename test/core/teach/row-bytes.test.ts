import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rowBytes, rowOfBytes } from '../../../src/core/teach/row-bytes.ts';

it('keeps every number of a row, and gives the same rows the same bytes', () => {
  expect([...rowBytes(Float32Array.of(1, -0))]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0]);
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true }), row => {
      const plain = row.map(value => value + 0);
      expect(rowOfBytes(rowBytes(row).buffer)).toEqual(plain);
    }),
  );
});
