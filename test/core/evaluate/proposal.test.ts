import { describe, expect, it } from 'vitest';
import { compare, type JudgedRows } from '../../../src/core/evaluate/compare.ts';
import { heldOutToPropose, proposalOf } from '../../../src/core/evaluate/proposal.ts';

/** `fixed` rows that only the new version gets right, `broken` that only the old one does. */
function judged(rows: number, { fixed = 0, broken = 0 }): JudgedRows {
  const wrong = (from: number, to: number) =>
    Int32Array.from({ length: rows }, (_, i) => Number(i >= from && i < to));
  return {
    truth: new Int32Array(rows),
    old: wrong(0, fixed),
    new: wrong(fixed, fixed + broken),
    dataset: null,
  };
}

const proposed = (added: JudgedRows | null, parent: JudgedRows | null = null) =>
  proposalOf(compare(['a', 'b'], { parent, added }));

describe('a new version is proposed', () => {
  it('where it wins on twenty held-out samples, and not on nineteen', () => {
    expect(heldOutToPropose).toBe(20);
    expect(proposed(judged(20, { fixed: 8 }))).toEqual({ kind: 'propose' });
    expect(proposed(judged(19, { fixed: 8 }))).toEqual({ kind: 'too-few', missing: 1 });
  });

  it('only where the difference is more than chance', () => {
    expect(proposed(judged(20, { fixed: 6 }))).toEqual({ kind: 'propose' });
    expect(proposed(judged(20, { fixed: 5 }))).toEqual({ kind: 'not-better' });
    expect(proposed(judged(40, { broken: 12 }))).toEqual({ kind: 'not-better' });
  });

  it('on the rows of the data set and the samples together', () => {
    expect(proposed(judged(5, { fixed: 2 }), judged(15, { fixed: 6 }))).toEqual({ kind: 'propose' });
    expect(proposed(null)).toEqual({ kind: 'too-few', missing: 20 });
  });
});
