import { describe, expect, it } from 'vitest';
import type { InputInterface } from '../../../src/core/artifact/interface.ts';
import { takesRow } from '../../../src/core/teach/takes-row.ts';

const input = (names: string[] | null, change: Partial<InputInterface> = {}): InputInterface => ({
  name: 'x',
  datatype: 'FP32',
  shape: [-1, 2],
  meaning: names && { kind: 'features', names, units: names.map(() => null), ranges: null },
  ...change,
});

describe('whether an input takes rows', () => {
  it('of as many columns, whatever it calls them, or if it calls them nothing', () => {
    expect(takesRow(input(['a', 'b']), ['a', 'b'])).toBe(true);
    expect(takesRow(input(['one', 'two']), ['a', 'b'])).toBe(true);
    expect(takesRow(input(null), ['a', 'b'])).toBe(true);
  });

  it('but not of the same names in another order, of other counts, or of other things', () => {
    expect(takesRow(input(['b', 'a']), ['a', 'b'])).toBe(false);
    const three = input(['a', 'b', 'c'], { shape: [-1, 3] });
    expect(takesRow(three, ['b', 'a', 'd'])).toBe(false);
    expect(takesRow(three, ['a', 'd', 'c'])).toBe(true);
    expect(takesRow(input(null, { shape: [8, 2] }), ['a', 'b'])).toBe(false);
    expect(takesRow(input(null, { shape: [1, 2] }), ['a', 'b'])).toBe(true);
    expect(takesRow(input(['a', 'b']), ['a', 'b', 'c'])).toBe(false);
    expect(takesRow(input(null, { datatype: 'INT64' }), ['a', 'b'])).toBe(false);
    expect(takesRow(input(null, { shape: [-1, 2, 1] }), ['a', 'b'])).toBe(false);
  });
});
