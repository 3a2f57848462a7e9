import { describe, expect, it } from 'vitest';
import { compare, mcNemar } from '../../../src/core/evaluate/compare.ts';

describe('mcNemar', () => {
  it('is the two-sided binomial tail', () => {
    expect(mcNemar(0, 0)).toBe(1);
    expect(mcNemar(5, 0)).toBeCloseTo(2 / 32, 12);
    expect(mcNemar(6, 0)).toBeCloseTo(2 / 64, 12);
    // 2 · (1 + 10 + 45) / 2¹⁰
    expect(mcNemar(2, 8)).toBeCloseTo(112 / 1024, 12);
    expect(mcNemar(4, 4)).toBe(1);
  });

  it('stays a number for thousands of rows', () => {
    expect(mcNemar(3000, 3000)).toBeCloseTo(1, 6);
    expect(mcNemar(3300, 3000)).toBeLessThan(0.001);
  });
});

describe('compare', () => {
  const rows = (old: number[], now: number[]) => ({
    truth: new Int32Array(old.length),
    old: Int32Array.from(old),
    new: Int32Array.from(now),
    dataset: null,
  });

  it('counts what was fixed and broken, each origin apart, and judges both together', () => {
    const result = compare(['a', 'b'], {
      parent: rows([1, 1, 1, 0], [0, 0, 0, 0]),
      added: rows([1, 1, 1, 0], [0, 0, 0, 0]),
    });
    expect(result.parent).toMatchObject({ fixed: 3, broken: 0, n: 4 });
    expect(result.added?.old.origin).toBe('new');
    expect(result.added?.old.metrics['accuracy']).toBe(0.25);
    expect(result.verdict).toBe('better');
  });

  it('tells the devices apart whose rows they are, and says nothing of them where there is but one', () => {
    const added = rows([1, 1, 0], [0, 1, 0]);
    const compared = compare(['a', 'b'], { parent: null, added: { ...added, devices: [null, 'x', 'x'] } });
    expect(compared.devices).toEqual([
      { device: null, n: 1, old: 0, new: 1 },
      { device: 'x', n: 2, old: 1, new: 1 },
    ]);
    const alone = compare(['a', 'b'], { parent: null, added: { ...added, devices: [null, null, null] } });
    expect(alone.devices).toBeUndefined();
  });

  it('says even where so few rows show nothing', () => {
    expect(compare(['a', 'b'], { parent: rows([1, 1], [0, 0]), added: null }).verdict).toBe('even');
  });

  it('says worse where it is', () => {
    expect(
      compare(['a', 'b'], { parent: rows(Array<number>(6).fill(0), Array<number>(6).fill(1)), added: null })
        .verdict,
    ).toBe('worse');
  });

  it('has nothing to say on an origin without rows', () => {
    expect(compare(['a'], { parent: null, added: rows([], []) })).toMatchObject({
      parent: null,
      added: null,
      verdict: 'even',
    });
  });
});
