// Reading the revisions of an alias as an admin does: by day, and by who stopped what.
import { type Alias, aliasSchema } from '../../core/artifact/documents.ts';
import type { AliasRevision } from '../../core/artifact/registry-api.ts';
import { readDocument } from '../../core/artifact/signature.ts';

/** The last moment of a day, as the reader's clock has days. @param day `2026-05-03` */
export function endOfDay(day: string): Date {
  const [year = NaN, month = NaN, date = NaN] = day.split('-').map(Number);
  return new Date(year, month - 1, date, 23, 59, 59, 999);
}

/** The document of a revision; null where the alias was removed. */
export function aliasOf({ document }: AliasRevision): Alias | null {
  return document === null ? null : readDocument(document, aliasSchema);
}

/** The newest entry, where the registry itself stopped the rollout. */
export function heldByRegistry(entries: readonly AliasRevision[], current: Alias): AliasRevision | null {
  const newest = entries.find(({ revision }) => revision === current.revision);
  return current.held && newest?.who === 'registry' ? newest : null;
}
