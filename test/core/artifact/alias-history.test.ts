import { describe, expect, it } from 'vitest';
import { ranBetween, stoodAt, versionBefore } from '../../../src/core/artifact/alias-history.ts';
import { type Alias, aliasSchema } from '../../../src/core/artifact/documents.ts';
import type { AliasRevision } from '../../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../../src/core/artifact/signature.ts';

const digest = 'd'.repeat(64);
const start = Date.parse('2026-05-01T12:00:00Z');
const dayMs = 24 * 60 * 60 * 1000;
const on = (day: number) => new Date(start + (day - 1) * dayMs);

interface Change {
  readonly version: number | null;
  readonly share?: number;
  readonly groups?: string[];
  readonly otherwise?: number;
}

/** One revision a day, from 1 May on, noon. */
function history(alias: string, ...changes: Change[]): AliasRevision[] {
  return changes.map(({ version, share = 1, groups = null, otherwise }, index) => {
    const at = on(index + 1).toISOString();
    const document: Alias | null =
      version === null
        ? null
        : {
            type: 'alias',
            formatVersion: 1,
            model: 'digits',
            alias,
            revision: index + 1,
            version,
            versionDigest: digest,
            rollout: { share, groups },
            otherwise: otherwise === undefined ? null : { version: otherwise, versionDigest: digest },
            held: false,
            issuedAt: at,
            expiresAt: at,
          };
    const signatures = [{ keyId: digest, signature: 'A'.repeat(86) }];
    return {
      alias,
      revision: index + 1,
      at,
      who: 'admin-key',
      why: null,
      version,
      document: document && { signed: { ...document }, signatures },
    };
  });
}

const numbers = (entries: AliasRevision[]) => entries.map(({ alias, version }) => `${alias} ${version}`);

describe('what ran', () => {
  const entries = [
    ...history('production', { version: 1 }, { version: 2 }, { version: 1 }),
    ...history('canary', { version: 2 }, { version: null }, { version: 3 }),
  ].toReversed();

  it('at a moment is the newest revision of each alias that was there', () => {
    expect(numbers(stoodAt(entries, new Date(start - 1)))).toEqual([]);
    expect(numbers(stoodAt(entries, on(1)))).toEqual(['canary 2', 'production 1']);
    expect(numbers(stoodAt(entries, on(2)))).toEqual(['production 2']);
    expect(numbers(stoodAt(entries, on(9)))).toEqual(['canary 3', 'production 1']);
  });

  it('on a day is all that was in force on it, also for some hours only', () => {
    const day = (date: number) =>
      ranBetween(
        entries,
        new Date(on(date).getTime() - dayMs / 2),
        new Date(on(date).getTime() + dayMs / 2 - 1),
      );
    expect(numbers(day(2))).toEqual(['canary 2', 'production 1', 'production 2']);
    expect(numbers(day(3))).toEqual(['canary 3', 'production 2', 'production 1']);
    expect(numbers(day(5))).toEqual(['canary 3', 'production 1']);
  });
});

describe('the version before', () => {
  const before = (...changes: Change[]) => {
    const entries = history('production', ...changes);
    return versionBefore(entries.toReversed(), readDocument(entries.at(-1)!.document!, aliasSchema));
  };

  it('is what all had', () => {
    expect(before({ version: 1 })).toBeNull();
    expect(before({ version: 1 }, { version: 2 })).toBe(1);
    expect(before({ version: 1 }, { version: 2 }, { version: 1 })).toBe(2);
    expect(before({ version: 1 }, { version: 2 }, { version: 2 })).toBe(1);
    expect(before({ version: 1 }, { version: null }, { version: 2 })).toBe(1);
  });

  it('in the middle of a rollout is what those outside have', () => {
    expect(before({ version: 1 }, { version: 3 }, { version: 4, share: 0.1, otherwise: 1 })).toBe(1);
    expect(before({ version: 1 }, { version: 2, groups: ['north'] })).toBe(1);
  });

  it('is never one that only some were trusted with', () => {
    const rolled = { version: 2, share: 0.1, otherwise: 1 };
    expect(before({ version: 1 }, rolled, { version: 3 })).toBe(1);
    expect(before({ version: 1 }, rolled, { ...rolled, share: 1 }, { version: 3 })).toBe(2);
    expect(before({ version: 1, share: 0.5 }, { version: 2 })).toBeNull();
  });
});
