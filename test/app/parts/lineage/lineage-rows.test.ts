import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Descent, lanesOf, lineageRows } from '../../../../src/app/parts/lineage/lineage-rows.ts';

/** `[1, null], [2, 1]`: version 2 was made from version 1. */
const versions = (...pairs: [number, number | null][]): Descent[] =>
  pairs.map(([version, parent]) => ({ version, parent }));

test('a line of descent is one lane, newest on top', () => {
  const rows = lineageRows(versions([1, null], [2, 1], [3, 2]));
  expect(rows.map(row => [row.version, row.lane, row.fromAbove, row.goesOn])).toEqual([
    [3, 0, [], true],
    [2, 0, [0], true],
    [1, 0, [0], false],
  ]);
});

test('two of one parent are a fork: two lanes that end in it, and each names the other', () => {
  const rows = lineageRows(versions([1, null], [2, 1], [3, 1]));
  expect(rows.map(row => [row.version, row.lane, row.fromAbove, row.siblings])).toEqual([
    [3, 0, [], [2]],
    [2, 1, [], [3]],
    [1, 0, [0, 1], []],
  ]);
  expect(rows[1]?.passing).toEqual([0]);
});

test('a lane that has ended is used again', () => {
  // 3 and 4 come of 2, which comes of 1; 5 comes of 1 too.
  const rows = lineageRows(versions([1, null], [2, 1], [3, 2], [4, 2], [5, 1]));
  expect(lanesOf(rows)).toBe(3);
  expect(rows.map(row => [row.version, row.lane])).toEqual([
    [5, 0],
    [4, 1],
    [3, 2],
    [2, 1],
    [1, 0],
  ]);
});

test('a parent that is not in the list is as none', () => {
  expect(lineageRows(versions([8, 3], [9, 3])).map(row => [row.goesOn, row.siblings])).toEqual([
    [false, []],
    [false, []],
  ]);
});

test('every version is joined to its parent by one lane without a gap, and no lane leads to two', () => {
  const history = fc
    .array(fc.nat(), { minLength: 1, maxLength: 40 })
    .map(picks =>
      picks.map((pick, i) => ({ version: i + 1, parent: i === 0 || pick % 5 === 0 ? null : (pick % i) + 1 })),
    );
  fc.assert(
    fc.property(history, all => {
      const rows = lineageRows(all);
      for (const { version, parent } of all) {
        const from = rows.findIndex(row => row.version === version);
        const own = rows[from]!;
        expect(own.goesOn).toBe(parent !== null);
        if (parent === null) continue;
        const to = rows.findIndex(row => row.version === parent);
        for (const between of rows.slice(from + 1, to)) {
          expect(between.passing).toContain(own.lane);
          expect(between.lane).not.toBe(own.lane);
        }
        expect(rows[to]!.fromAbove).toContain(own.lane);
      }
      const ends = rows.filter(row => row.goesOn).length;
      expect(rows.reduce((sum, row) => sum + row.fromAbove.length, 0)).toBe(ends);
    }),
  );
});
