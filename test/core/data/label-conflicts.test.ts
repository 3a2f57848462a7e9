import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelConflicts } from '../../../src/core/data/label-conflicts.ts';

const sample = (id: string, label: string, ...features: number[]) => ({ id, label, features });
const idsOf = (found: ReturnType<typeof labelConflicts>) => found.map(({ samples }) => samples.map(({ id }) => id));

describe('conflicts of labels', () => {
  it('are the same numbers with two labels', () => {
    const found = labelConflicts([sample('a', '1', 0, 10), sample('b', '7', 0, 10), sample('c', '1', 10, 0)]);
    expect(idsOf(found)).toEqual([['a', 'b']]);
    expect(found[0]!.isExact).toBe(true);
  });

  it('are nearly the same numbers with two labels, measured by what each number spans', () => {
    const rows = [sample('a', '1', 0, 1000), sample('b', '7', 4, 1000), sample('c', '7', 100, 0), sample('d', '7', 6, 1000)];
    const found = labelConflicts(rows);
    expect(idsOf(found)).toEqual([['a', 'b']]);
    expect(found[0]!.isExact).toBe(false);
  });

  it('are not samples of one label, however alike', () => {
    expect(labelConflicts([sample('a', '1', 0), sample('b', '1', 0), sample('c', '2', 100)])).toEqual([]);
  });

  it('are told together where one is near to two', () => {
    const found = labelConflicts([
      sample('a', '1', 0),
      sample('b', '2', 4),
      sample('c', '1', 8),
      sample('d', '3', 100),
    ]);
    expect(idsOf(found)).toEqual([['a', 'b', 'c']]);
  });

  it('leave nothing in conflict when each group is brought to one label', () => {
    const row = fc.record({
      label: fc.constantFrom('1', '2', '3'),
      features: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), rows => {
        const samples = rows.map((each, i) => ({ ...each, id: String(i) }));
        const labels = new Map(
          labelConflicts(samples).flatMap(({ samples: [first, ...rest] }) =>
            [first!, ...rest].map(({ id }) => [id, first!.label] as const),
          ),
        );
        const decided = samples.map(each => ({ ...each, label: labels.get(each.id) ?? each.label }));
        const spread = labelConflicts(decided).filter(({ isExact }) => isExact);
        expect(spread).toEqual([]);
      }),
    );
  });
});
