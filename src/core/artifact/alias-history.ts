// What an alias meant, and when: the answers to "what ran on 3 May?" and "what was before?". Entries may come in any order.
import { type Alias, aliasSchema } from './documents.ts';
import type { AliasRevision } from './registry-api.ts';
import { isPartial } from './rollout.ts';
import { readDocument } from './signature.ts';

/** One per alias, as it stood at a moment; without those that did not exist then. By name. */
export function stoodAt(entries: readonly AliasRevision[], at: Date): AliasRevision[] {
  return ranBetween(entries, at, at);
}

/**
 * Every revision that was in force at some moment from `from` to `to`, both included; without those that stand for no
 * alias. By alias, oldest first.
 */
export function ranBetween(entries: readonly AliasRevision[], from: Date, to: Date): AliasRevision[] {
  const ordered = entries.toSorted((a, b) => a.alias.localeCompare(b.alias) || a.revision - b.revision);
  return ordered.filter((entry, index) => {
    const next = ordered[index + 1];
    const endsMs = next?.alias === entry.alias ? Date.parse(next.at) : Infinity;
    return entry.version !== null && Date.parse(entry.at) <= to.getTime() && endsMs > from.getTime();
  });
}

/**
 * The version that most devices had before what an alias means now, which is where a rollback goes: in the middle of a
 * rollout what those outside of it have; after it the last version that was everybody's. Null where there was none.
 * @param history of this alias
 */
export function versionBefore(history: readonly AliasRevision[], now: Alias): number | null {
  if (isPartial(now) && now.otherwise) return now.otherwise.version;
  const older = history
    .filter(({ revision }) => revision < now.revision)
    .toSorted((a, b) => b.revision - a.revision);
  for (const { document } of older) {
    if (document === null) continue;
    const alias = readDocument(document, aliasSchema);
    const version = isPartial(alias) ? alias.otherwise?.version : alias.version;
    if (version !== undefined && version !== now.version) return version;
  }
  return null;
}
