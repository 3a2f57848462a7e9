import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineageTree } from '../../../server/cli/lineage-tree.ts';

const draw = (...parents: (number | null)[]) =>
  lineageTree(parents.map((parent, index) => ({ version: index + 1, parent })).toReversed()).map(
    ({ prefix, version }) => `${prefix}${version}`,
  );

describe('a lineage', () => {
  it('is drawn as a tree: forks side by side, oldest first', () => {
    expect(draw(null, 1, 1, 2, 3, 3)).toEqual(['1', '├─ 2', '│  └─ 4', '└─ 3', '   ├─ 5', '   └─ 6']);
  });

  it('begins anew where a parent is not there', () => {
    expect(draw(null, null, 9, 2)).toEqual(['1', '2', '└─ 4', '3']);
  });

  it('has every version once', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(20), { nil: null }), { maxLength: 20 }), offsets => {
        const versions = offsets.map((offset, index) => ({
          version: index + 1,
          parent: offset === null || offset === 0 ? null : Math.max(0, index + 1 - offset),
        }));
        const drawn = lineageTree(versions).map(({ version }) => version);
        expect(drawn.toSorted((a, b) => a - b)).toEqual(versions.map(({ version }) => version));
      }),
    );
  });
});
