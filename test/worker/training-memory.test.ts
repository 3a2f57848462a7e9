import { expect, test } from 'vitest';
import { bytesWithin } from '../../src/worker/training-memory.ts';

const gibibyte = 2 ** 30;

test('a run may take a share of the device’s memory, a heap’s at most', () => {
  expect(bytesWithin(1)).toBe(Math.floor(0.4 * gibibyte));
  expect(bytesWithin(8)).toBe(Math.floor(3.2 * gibibyte));
  expect(bytesWithin(64)).toBe(3.5 * gibibyte);
});

test('where a browser does not say, it is what every tab survives', () => {
  expect(bytesWithin(null)).toBe(gibibyte);
});
