import { describe, expect, it } from 'vitest';
import { fitRows, isOutgrown } from '../../../src/core/teach/row-fit.ts';

describe('a fit of rows', () => {
  const values = Float32Array.of(1, 10, 5, 3, 30, 5);

  it('has the mean, one over the deviation, and the range of each column', () => {
    const { rows, middle, factor, low, high } = fitRows(values, 3);
    expect(rows).toBe(2);
    expect([...middle]).toEqual([2, 20, 5]);
    // A column that never changes says nothing.
    expect([...factor]).toEqual([1, Math.fround(0.1), 0]);
    expect([...low]).toEqual([1, 10, 5]);
    expect([...high]).toEqual([3, 30, 5]);
  });

  it('takes no rounding for a deviation', () => {
    const same = new Float32Array(7).fill(0.1);
    expect([...fitRows(same, 1).factor]).toEqual([0]);
  });

  it('has a factor within 32 bits, however small a deviation is', () => {
    const [factor] = fitRows(Float32Array.of(0, 1e-40, 2e-40), 1).factor;
    expect(factor).toBeGreaterThan(1e38);
    expect(factor! * 0).toBe(0);
  });

  it('of no rows leaves numbers out', () => {
    expect(fitRows(new Float32Array(0), 2)).toMatchObject({ rows: 0, factor: Float32Array.of(0, 0) });
  });

  it('is outgrown by twice as many, by half as many, and by one that lies beyond', () => {
    const fit = fitRows(Float32Array.of(0, 1, 2, 3), 1);
    expect(isOutgrown(fit, Float32Array.of(0, 1, 2, 3))).toBe(false);
    expect(isOutgrown(fit, Float32Array.of(0, 1, 2, 3, 1, 2, 3))).toBe(false);
    expect(isOutgrown(fit, Float32Array.of(0, 1, 2, 3, 0, 1, 2, 3))).toBe(true);
    expect(isOutgrown(fit, Float32Array.of(0, 1, 2))).toBe(false);
    expect(isOutgrown(fit, Float32Array.of(0, 1))).toBe(true);
    expect(isOutgrown(fit, Float32Array.of(0, 1, 2, 4))).toBe(true);
    expect(isOutgrown(fit, Float32Array.of(0, 1, 2, -1))).toBe(true);
    const none = fitRows(new Float32Array(0), 1);
    expect(isOutgrown(none, new Float32Array(0))).toBe(false);
    expect(isOutgrown(none, Float32Array.of(0))).toBe(true);
  });
});
