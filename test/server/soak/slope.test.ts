import { expect, it } from 'vitest';
import { slope } from './slope.ts';

it('is the slope of a line', () => {
  expect(slope([0, 1, 2, 3].map(x => ({ x, y: 7 + 3 * x })))).toBe(3);
});

it('is not moved by a point that is anywhere', () => {
  const points = [0, 1, 2, 3, 4, 5, 6].map(x => ({ x, y: x === 3 ? 1e9 : 2 * x }));
  expect(slope(points)).toBe(2);
});

it('sees growth of which each step is smaller than the noise', () => {
  const points = Array.from({ length: 20 }, (_, x) => ({ x, y: 5 * x + (x % 2 === 0 ? 20 : -20) }));
  expect(slope(points)).toBeGreaterThan(3);
});

it('wants two points that are apart', () => {
  expect(() =>
    slope([
      { x: 1, y: 1 },
      { x: 1, y: 2 },
    ]),
  ).toThrow(RangeError);
});
