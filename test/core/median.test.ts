import { expect, test } from 'vitest';
import { median } from '../../src/core/median.ts';

test('a median of an even count lies between the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([])).toBeNaN();
});
