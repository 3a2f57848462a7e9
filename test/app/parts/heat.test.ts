import { expect, test } from 'vitest';
import { heatStep, heatSteps } from '../../../src/app/parts/charts/heat.ts';

test('an empty cell is blank, a full one darkest, half the row half as dark', () => {
  expect([heatStep(0, 36), heatStep(18, 36), heatStep(36, 36)]).toEqual([0, heatSteps / 2, heatSteps]);
});

test('one mistake among a thousand is still seen', () => {
  expect(heatStep(1, 1000)).toBe(1);
});

test('a class without rows is blank', () => {
  expect(heatStep(0, 0)).toBe(0);
});
