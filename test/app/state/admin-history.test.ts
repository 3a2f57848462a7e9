import { expect, test } from 'vitest';
import { addPage, noPages, pageEntries } from '../../../src/app/state/admin-audit.ts';
import { aliasOf, endOfDay, heldByRegistry } from '../../../src/app/state/admin-history.ts';
import type { AliasRevision, AuditEntry } from '../../../src/core/artifact/registry-api.ts';

const digest = 'd'.repeat(64);

function entry(
  alias: string,
  revision: number,
  at: string,
  version: number | null,
  over: { who?: string; held?: boolean } = {},
): AliasRevision {
  const document = {
    type: 'alias',
    formatVersion: 1,
    model: 'digits',
    alias,
    revision,
    version,
    versionDigest: digest,
    rollout: { share: 1, groups: null },
    otherwise: null,
    held: over.held ?? false,
    issuedAt: at,
    expiresAt: '2027-01-01T00:00:00.000Z',
  };
  const signatures = [{ keyId: digest, signature: 'A'.repeat(86) }];
  return {
    alias,
    revision,
    at,
    who: over.who ?? 'admin-key',
    why: null,
    version,
    document: version === null ? null : { signed: document, signatures },
  };
}

const history = [
  entry('production', 4, '2026-05-20T10:00:00.000Z', 2),
  entry('production', 3, '2026-05-04T00:00:00.000Z', 3),
];
test('a day ends where the reader is', () => {
  const end = endOfDay('2026-05-03');
  expect([end.getFullYear(), end.getMonth(), end.getDate(), end.getHours()]).toEqual([2026, 4, 3, 23]);
  expect(new Date(end.getTime() + 1).getDate()).toBe(4);
});

test('that the registry held a rollout itself is told from who wrote its newest revision', () => {
  const held = (who: string) => entry('production', 5, '2026-05-21T10:00:00.000Z', 3, { who, held: true });
  const itself = held('registry');
  expect(heldByRegistry([itself, ...history], aliasOf(itself)!)).toBe(itself);
  expect(heldByRegistry([held('admin-key')], aliasOf(held('admin-key'))!)).toBeNull();
  expect(heldByRegistry(history, aliasOf(history[0]!)!)).toBeNull();
});

const audit = (n: number): AuditEntry => ({
  id: String(n).padStart(6, '0'),
  at: '2026-05-03T00:00:00.000Z',
  who: 'admin-key',
  what: 'alias',
  subject: 'digits@production',
  detail: '',
  why: null,
});
/** As the registry answers: newest first, below an entry or from the top. */
const ask = (newest: number, before: number | null) => {
  const top = before === null ? newest : before - 1;
  return Array.from({ length: Math.max(0, Math.min(pageEntries, top)) }, (_, i) => audit(top - i));
};
const numbers = (pages: typeof noPages) => pages.entries!.map(({ id }) => Number(id));

test('older pages go below, news above, and nothing is there twice', () => {
  let pages = addPage(noPages, ask(120, null), null);
  expect([pages.entries!.length, pages.hasMore]).toEqual([50, true]);
  pages = addPage(pages, ask(120, 71), pages.entries!.at(-1)!.id);
  pages = addPage(pages, ask(123, null), null);
  expect(numbers(pages)).toEqual(Array.from({ length: 103 }, (_, i) => 123 - i));
  pages = addPage(pages, ask(123, 21), pages.entries!.at(-1)!.id);
  expect([pages.entries!.length, pages.hasMore]).toEqual([123, false]);
});

test('where a whole page is news, what lies below it is not pretended to be known', () => {
  const pages = addPage(addPage(noPages, ask(40, null), null), ask(400, null), null);
  expect(numbers(pages)).toEqual(Array.from({ length: 50 }, (_, i) => 400 - i));
  expect(pages.hasMore).toBe(true);
});
