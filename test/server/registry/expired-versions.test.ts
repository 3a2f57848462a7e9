import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiredVersions, type KeptVersion } from '../../../server/registry/expired-versions.ts';

const dayMs = 24 * 60 * 60 * 1000;
const nowMs = 100 * dayMs;

/** Versions 1 to n, one made a day, the newest today; each the child of the one before. */
const chain = (length: number): KeptVersion[] =>
  Array.from({ length }, (_, index) => ({
    version: index + 1,
    parent: index === 0 ? null : index,
    createdAtMs: nowMs - (length - 1 - index) * dayMs,
  }));
const orphans = (length: number) => chain(length).map(each => ({ ...each, parent: null }));
const nobody = new Set<number>();

describe('retention', () => {
  it('keeps everything where nobody said otherwise', () => {
    expect(expiredVersions(chain(9), { keepVersions: null, keepDays: null }, nobody, nowMs)).toEqual([]);
  });

  it('lets go of what is beyond the newest and too old, where both are said', () => {
    const versions = orphans(9);
    expect(expiredVersions(versions, { keepVersions: 3, keepDays: null }, nobody, nowMs)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    expect(expiredVersions(versions, { keepVersions: null, keepDays: 6 }, nobody, nowMs)).toEqual([1, 2]);
    expect(expiredVersions(versions, { keepVersions: 3, keepDays: 6 }, nobody, nowMs)).toEqual([1, 2]);
    expect(expiredVersions(versions, { keepVersions: 8, keepDays: 6 }, nobody, nowMs)).toEqual([1]);
  });

  it('keeps what is needed, and the parent of what stays, and not the parent’s parent', () => {
    const policy = { keepVersions: 2, keepDays: null };
    expect(expiredVersions(chain(9), policy, nobody, nowMs)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(expiredVersions(chain(9), policy, new Set([4]), nowMs)).toEqual([1, 2, 5, 6]);
  });

  it('never takes what it must keep, and has nothing left to take when it is asked again', () => {
    const versions = fc
      .array(fc.record({ parentOffset: fc.nat(4), ageDays: fc.nat(20) }), { maxLength: 20 })
      .map(drafts =>
        drafts.map(({ parentOffset, ageDays }, index) => ({
          version: index + 1,
          parent: parentOffset === 0 || index < parentOffset ? null : index + 1 - parentOffset,
          createdAtMs: nowMs - ageDays * dayMs,
        })),
      );
    const rule = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: null });
    const policy = fc.record({ keepVersions: rule(8), keepDays: rule(15) });
    fc.assert(
      fc.property(versions, policy, fc.array(fc.integer({ min: 1, max: 20 })), (all, retention, neededBy) => {
        const needed = new Set(neededBy);
        const gone = new Set(expiredVersions(all, retention, needed, nowMs));
        const kept = all.filter(({ version }) => !gone.has(version));
        for (const { version, createdAtMs, parent } of all) {
          const isRanked = retention.keepVersions !== null && version > all.length - retention.keepVersions;
          const isYoung = retention.keepDays !== null && nowMs - createdAtMs <= retention.keepDays * dayMs;
          if (!isRanked && !isYoung && !needed.has(version)) continue;
          expect(gone.has(version)).toBe(false);
          if (parent !== null) expect(gone.has(parent)).toBe(false);
        }
        expect(expiredVersions(kept, retention, needed, nowMs)).toEqual([]);
      }),
    );
  });
});
