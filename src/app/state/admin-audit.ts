// Pages of the audit, put together: newest first, each entry once, whatever was written between two questions.
import type { AuditEntry } from '../../core/artifact/registry-api.ts';

/** Entries a question. */
export const pageEntries = 50;

export interface AuditPages {
  /** Null until the first page has come. */
  readonly entries: readonly AuditEntry[] | null;
  readonly hasMore: boolean;
}

export const noPages: AuditPages = { entries: null, hasMore: false };

/** @param before the entry that the page was asked to end above; null: the newest page */
export function addPage(
  { entries, hasMore }: AuditPages,
  page: readonly AuditEntry[],
  before: string | null,
): AuditPages {
  const isFull = page.length === pageEntries;
  if (entries === null) return { entries: page, hasMore: isFull };
  const known = new Set(entries.map(({ id }) => id));
  const news = page.filter(({ id }) => !known.has(id));
  if (before !== null) return { entries: [...entries, ...news], hasMore: isFull };
  // So much is new that what lies between the page and the rest is not known: begin anew.
  if (news.length === pageEntries) return { entries: page, hasMore: true };
  return { entries: [...news, ...entries], hasMore };
}
