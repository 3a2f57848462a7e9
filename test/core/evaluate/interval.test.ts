import { expect, it } from 'vitest';
import { wilsonInterval } from '../../../src/core/evaluate/interval.ts';

// Brown, Cai and DasGupta's formula, evaluated by hand to ten digits with z = 1.959963985.
it('gives 0.7868 to 0.9815 for 28 of 30', () => {
  const { low, high } = wilsonInterval(28, 30);
  expect(low).toBeCloseTo(0.7868, 3);
  expect(high).toBeCloseTo(0.9815, 3);
});

it('ends at 0 and at 1 and never has no width', () => {
  expect(wilsonInterval(0, 10).low).toBe(0);
  expect(wilsonInterval(0, 10).high).toBeCloseTo(0.2775, 4);
  expect(wilsonInterval(10, 10).low).toBeCloseTo(0.7225, 4);
  expect(wilsonInterval(10, 10).high).toBe(1);
});
