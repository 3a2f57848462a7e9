// The newest alias document seen of each name. What is older is refused: an operator goes back with a higher revision.
import { type Alias, aliasSchema } from '../core/artifact/documents.ts';
import { isExpired, isNewerAlias } from '../core/artifact/newer-alias.ts';
import { type Envelope, openDocument, readDocument } from '../core/artifact/signature.ts';
import type { Database } from './db.ts';
import { readRow } from './rows.ts';
import { seenAliasSchema } from './schema.ts';
import { storing } from './storage-error.ts';

export interface SeenAlias {
  readonly alias: Alias;
  /** Past its time: the registry was not heard for long, or hides something. Used all the same, and shown. */
  readonly expired: boolean;
}

function toSeen(alias: Alias): SeenAlias {
  return { alias, expired: isExpired(alias, new Date()) };
}

/**
 * Checks an alias document against the keys that are believed and against what was seen before, and keeps it. What was seen
 * counts only while its own key is believed: else who had a stolen key could keep all later words out by a high revision
 * (The Update Framework 1.0.33, §5.3.11: recovery from fast-forward attacks).
 * @throws HaversackError `SignatureInvalid`, `DocumentInvalid`, `Rollback`
 */
export async function acceptAlias(
  db: Database,
  envelope: Envelope,
  keys: string | readonly string[],
): Promise<SeenAlias> {
  const alias = await openDocument(envelope, aliasSchema, keys);
  const key = aliasKey(alias.model, alias.alias);
  const disowned = await disownedAlias(db, key, keys);
  return storing(async () => {
    const tx = db.transaction('aliases', 'readwrite', { durability: 'strict' });
    const row = readRow(seenAliasSchema, await tx.store.get(key), 'aliases');
    const counts = row && JSON.stringify(row.document) !== disowned;
    const seen = counts ? readDocument(row.document, aliasSchema) : null;
    const newer = !seen || isNewerAlias(alias, seen);
    if (newer) await tx.store.put({ key, document: envelope, revision: alias.revision });
    await tx.done;
    return toSeen(newer ? alias : seen);
  });
}

/** The document seen, as text, where none of the keys signed it. */
async function disownedAlias(
  db: Database,
  key: string,
  keys: string | readonly string[],
): Promise<string | null> {
  const row = readRow(seenAliasSchema, await storing(() => db.get('aliases', key)), 'aliases');
  if (!row) return null;
  const isSigned = await openDocument(row.document, aliasSchema, keys).then(
    () => true,
    () => false,
  );
  return isSigned ? null : JSON.stringify(row.document);
}

/** The newest document seen; null where there was none. */
export async function seenAlias(db: Database, model: string, alias: string): Promise<SeenAlias | null> {
  const row = readRow(
    seenAliasSchema,
    await storing(() => db.get('aliases', aliasKey(model, alias))),
    'aliases',
  );
  return row && toSeen(readDocument(row.document, aliasSchema));
}

export function aliasKey(model: string, alias: string): string {
  return `${model}@${alias}`;
}
