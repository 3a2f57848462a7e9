// Movable names for versions. Every move has a higher revision, back-moves too; documents expire and are issued again.
import type { Kysely } from 'kysely';
import { type Alias, aliasSchema } from '../../src/core/artifact/documents.ts';
import { type Envelope, readDocument, signDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { AliasRow, Tables } from '../storage/tables.ts';
import { record } from './audit.ts';
import type { Actor, Registry } from './context.ts';
import { contentOf, toEnvelope, toText } from './documents.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** How long a device trusts a document without a newer one. */
const validMs = 7 * dayMs;
/** A document older than this is issued anew when it is asked for. */
const renewMs = dayMs;

export interface Target {
  readonly version: number;
  readonly share: number;
}

/** Null where there is no such alias. */
export async function readAlias(registry: Registry, model: string, alias: string): Promise<Envelope | null> {
  const row = await registry.database
    .selectFrom('aliases')
    .selectAll()
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst();
  return row ? current(registry, row) : null;
}

export async function listAliases(registry: Registry): Promise<Map<string, Envelope[]>> {
  const rows = await registry.database
    .selectFrom('aliases')
    .selectAll()
    .orderBy('model')
    .orderBy('alias')
    .execute();
  const byModel = new Map<string, Envelope[]>();
  for (const row of rows) {
    byModel.set(row.model, [...(byModel.get(row.model) ?? []), await current(registry, row)]);
  }
  return byModel;
}

/**
 * Moves an alias, or makes it.
 * @param ifRevision the revision the caller saw; null to make one that must not be there yet
 * @throws HaversackError `PreconditionFailed`, `NotFound`
 */
export async function moveAlias(
  registry: Registry,
  key: { model: string; alias: string },
  target: Target,
  ifRevision: number | null,
  who: Actor,
): Promise<Envelope> {
  const moved = await registry.database.transaction().execute(async transaction => {
    const row = await find(transaction, key);
    const actual = row?.revision ?? null;
    if (actual !== ifRevision) {
      throw new HaversackError(
        'PreconditionFailed',
        `${key.model}@${key.alias} is at revision ${actual ?? 'none'}, the request was made for ${ifRevision ?? 'none'}`,
      );
    }
    return setAlias(registry, transaction, key, target, who);
  });
  const { version, revision } = readDocument(moved, aliasSchema);
  registry.events.publish({ type: 'alias', ...key, version, revision });
  return moved;
}

/** The move itself, in the caller's transaction; the caller publishes it after the commit. */
export async function setAlias(
  registry: Registry,
  transaction: Kysely<Tables>,
  key: { model: string; alias: string },
  target: Target,
  who: Actor,
): Promise<Envelope> {
  const version = await transaction
    .selectFrom('versions')
    .select('digest')
    .where('model', '=', key.model)
    .where('version', '=', target.version)
    .executeTakeFirst();
  if (!version) throw new HaversackError('NotFound', `there is no ${key.model}@${target.version}`);
  const revision = ((await find(transaction, key))?.revision ?? 0) + 1;
  const now = registry.now();
  const document = await issue(
    registry,
    {
      type: 'alias',
      formatVersion: 1,
      ...key,
      revision,
      version: target.version,
      versionDigest: version.digest,
      rollout: { share: target.share, groups: null },
      otherwise: null,
      held: false,
    },
    now,
  );
  const values = {
    revision,
    version: target.version,
    document: toText(document),
    issued_at: now.toISOString(),
  };
  await transaction
    .insertInto('aliases')
    .values({ ...key, ...values })
    .onConflict(conflict => conflict.columns(['model', 'alias']).doUpdateSet(values))
    .execute();
  await transaction
    .updateTable('models')
    .set({ updated_at: now.toISOString() })
    .where('name', '=', key.model)
    .execute();
  await record(transaction, now, {
    who,
    what: 'alias',
    subject: `${key.model}@${key.alias}`,
    detail: `version ${target.version}, share ${target.share}, revision ${revision}`,
  });
  return document;
}

/** The document, issued anew (same revision) when it is older than a day. */
async function current(registry: Registry, row: AliasRow): Promise<Envelope> {
  const now = registry.now();
  if (now.getTime() - Date.parse(row.issued_at) < renewMs) return toEnvelope(row.document);
  const { issuedAt: _issued, expiresAt: _expires, ...content } = contentOf(row.document, aliasSchema);
  const document = await issue(registry, content, now);
  // Only the row that was read: a move in between wins.
  await registry.database
    .updateTable('aliases')
    .set({ document: toText(document), issued_at: now.toISOString() })
    .where('model', '=', row.model)
    .where('alias', '=', row.alias)
    .where('revision', '=', row.revision)
    .execute();
  return document;
}

function issue(
  registry: Registry,
  content: Omit<Alias, 'issuedAt' | 'expiresAt'>,
  now: Date,
): Promise<Envelope> {
  const document: Alias = {
    ...content,
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + validMs).toISOString(),
  };
  return signDocument(document, registry.identity.signer);
}

function find(
  database: Kysely<Tables>,
  key: { model: string; alias: string },
): Promise<AliasRow | undefined> {
  return database
    .selectFrom('aliases')
    .selectAll()
    .where('model', '=', key.model)
    .where('alias', '=', key.alias)
    .executeTakeFirst();
}
