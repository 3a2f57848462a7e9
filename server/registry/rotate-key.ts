// A new key for the registry, which the one before signs. Everything that it had signed is signed again beside, so that nothing
// changes for who has it; a crash at any point leaves the old key in force or the new one.
import { sql, type Transaction } from 'kysely';
import type { z } from '../../src/core/zod.ts';
import { rootSchema } from '../../src/core/artifact/documents.ts';
import type { rotationQuerySchema } from '../../src/core/artifact/admission-api.ts';
import { countersign, type Envelope, readDocument, type Signer } from '../../src/core/artifact/signature.ts';
import type { Database } from '../storage/database.ts';
import type { Tables } from '../storage/tables.ts';
import { record } from './audit.ts';
import type { Actor, Registry } from './context.ts';
import { toEnvelope, toText } from './documents.ts';

/** Documents that are signed again in one transaction: others write in between. */
const batchSize = 100;

/** @returns the new root, signed by both keys. @throws HaversackError `Conflict` while another is under way */
export async function rotateRegistryKey(
  registry: Registry,
  { former, why }: z.output<typeof rotationQuerySchema>,
  who: Actor,
): Promise<Envelope> {
  const { identity, log, now } = registry;
  const next = await identity.prepare();
  try {
    log.info({ key: next.keyId }, 'the next key of the registry is made');
    await countersignAll(registry.database, next);
    log.info({ key: next.keyId }, 'what the registry has signed, the next key has signed too');
    // The root is a file: no transaction holds both. Noted first, so that no key comes into force unnoted.
    await record(registry.database, now(), {
      who,
      what: 'root',
      subject: next.keyId,
      detail: `a new key for the registry; what the one before signed is to be ${former === 'believe' ? 'believed' : 'forgotten'}`,
      why,
    });
    await identity.commit(next, former, now());
  } catch (thrown) {
    identity.giveUp();
    throw thrown;
  }
  announce(registry);
  log.info({ key: next.keyId }, 'the next key of the registry signs from now on');
  await finishRotation(registry);
  return identity.root;
}

/** What is left to do once a new key is in force; at a start, after a crash. */
export async function finishRotation(registry: Registry): Promise<void> {
  const { identity, database, log } = registry;
  if (!identity.isRotating) return;
  // What was signed by the key before while the first round went through.
  await countersignAll(database, identity.signer);
  log.info({ key: identity.signer.keyId }, 'nothing is without the signature of the new key');
  await identity.finish();
  announce(registry);
}

/** What is kept of documents in memory has fewer signatures than they have now, and devices have a root to follow. */
function announce({ identity, events }: Registry): void {
  events.publish({ type: 'root', revision: readDocument(identity.root, rootSchema).revision });
}

/** Where documents of the registry lie. */
const places = [
  { table: 'versions', column: 'manifest', key: ['model', 'version'] },
  { table: 'variants', column: 'document', key: ['model', 'version', 'variant'] },
  { table: 'aliases', column: 'document', key: ['model', 'alias'] },
  { table: 'alias_history', column: 'document', key: ['model', 'alias', 'revision'] },
] as const satisfies readonly { table: keyof Tables; column: string; key: readonly string[] }[];

async function countersignAll(database: Database, signer: Signer): Promise<void> {
  for (const place of places) {
    let count = batchSize;
    while (count === batchSize) {
      count = await database
        .transaction()
        .execute(transaction => countersignSome(transaction, place, signer));
    }
  }
}

/** @returns how many lacked the signature, of `batchSize` at most */
async function countersignSome(
  transaction: Transaction<Tables>,
  { table, column, key }: (typeof places)[number],
  signer: Signer,
): Promise<number> {
  // Quotes inside of a text are escaped in JSON: this can only be a signature's.
  const signed = `%"keyId":"${signer.keyId}"%`;
  const { rows } = await sql<Record<string, string | number> & { text: string }>`
    select ${sql.join(key.map(name => sql.ref(name)))}, ${sql.ref(column)} as text
    from ${sql.table(table)} where ${sql.ref(column)} not like ${signed} limit ${batchSize}`.execute(
    transaction,
  );
  for (const row of rows) {
    const text = toText(await countersign(toEnvelope(row.text), signer));
    const isRow = sql.join(
      key.map(name => sql`${sql.ref(name)} = ${row[name]}`),
      sql` and `,
    );
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${text} where ${isRow}`.execute(
      transaction,
    );
  }
  return rows.length;
}
