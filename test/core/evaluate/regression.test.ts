import { describe, expect, it } from 'vitest';
import { evaluateNumbers } from '../../../src/core/evaluate/regression.ts';

describe('answers that are numbers', () => {
  it('are judged as scikit-learn judges [3, −0.5, 2, 7] told as [2.5, 0, 2, 8]', () => {
    expect(evaluateNumbers([3, -0.5, 2, 7], [2.5, 0, 2, 8])).toEqual({
      meanSquaredError: 0.375,
      meanAbsoluteError: 0.5,
      r2: expect.closeTo(0.9486081370449679, 12),
    });
  });

  it('have R² 1 or 0 where the truth never changes', () => {
    expect(evaluateNumbers([2, 2], [2, 2])!.r2).toBe(1);
    expect(evaluateNumbers([2, 2], [2, 3])!.r2).toBe(0);
  });

  it('are not judged without rows', () => expect(evaluateNumbers([], [])).toBeNull());
});
