import { expect, test } from 'vitest';
import { assertZipHolds } from '../../src/device/zip-blob.ts';

test('more than a zip holds without zip64 is refused, with both numbers and what to do', () => {
  assertZipHolds(65_534, 2 ** 32 - 2);
  const refusal = { code: 'TooLarge', detail: expect.stringContaining('Take away less at a time.') };
  expect(() => assertZipHolds(65_535, 1)).toThrow(expect.objectContaining(refusal));
  expect(() => assertZipHolds(1, 2 ** 32 - 1)).toThrow(expect.objectContaining(refusal));
});
