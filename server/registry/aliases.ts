// Movable names for versions. Every change has a higher revision, back-moves too; documents expire and are issued again.
import type { Kysely } from 'kysely';
import { type Alias, aliasSchema } from '../../src/core/artifact/documents.ts';
import { isPartial } from '../../src/core/artifact/rollout.ts';
import { type Envelope, readDocument, signDocument } from '../../src/core/artifact/signature.ts';
import { dayMs } from '../../src/core/durations.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { AliasRow, Tables } from '../storage/tables.ts';
import { type AliasKey, nextRevision, recordRevision } from './alias-history.ts';
import { record } from './audit.ts';
import type { Actor, Registry } from './context.ts';
import { contentOf, toEnvelope, toText } from './documents.ts';

/** How long a device trusts a document without a newer one. */
export const aliasValidMs = 7 * dayMs;
/** A document older than this is issued anew when it is asked for. */
export const aliasRenewMs = dayMs;

/** Where an alias is to point, and for whom. */
export interface AliasMove {
  readonly version: number;
  /** Of the devices, 0 to 1. */
  readonly share: number;
  /** Null or absent: devices of any group and of none. */
  readonly groups?: readonly string[] | null;
  /** For the devices outside; null: what they have. Absent: what the alias meant for them before. */
  readonly otherwise?: number | null | undefined;
}

/** Who changes an alias, and what for. */
export interface Because {
  readonly who: Actor;
  readonly why: string | null;
}

type Content = Omit<Alias, 'issuedAt' | 'expiresAt'>;

/** Null where there is no such alias. */
export async function readAlias(registry: Registry, model: string, alias: string): Promise<Envelope | null> {
  const row = await find(registry.database, { model, alias });
  return row ? current(registry, row) : null;
}

/** By model, in the order of their names; with `model`, of that one only. */
export async function listAliases(registry: Registry, model?: string): Promise<Map<string, Envelope[]>> {
  let query = registry.database.selectFrom('aliases').selectAll().orderBy('model').orderBy('alias');
  if (model !== undefined) query = query.where('model', '=', model);
  const byModel = new Map<string, Envelope[]>();
  for (const row of await query.execute()) {
    byModel.set(row.model, [...(byModel.get(row.model) ?? []), await current(registry, row)]);
  }
  return byModel;
}

/**
 * Moves an alias, or makes it; one that was held goes on.
 * @param ifRevision the revision the caller saw; null to make one that must not be there yet
 * @throws HaversackError `PreconditionFailed`, `NotFound`, `VersionRetired`, `VersionCollected`
 */
export async function moveAlias(
  registry: Registry,
  key: AliasKey,
  move: AliasMove,
  ifRevision: number | null,
  because: Because,
): Promise<Envelope> {
  if (!isPartial({ rollout: { share: move.share, groups: move.groups ? [...move.groups] : null } })) {
    await registry.beforeMove?.(key.model, move.version);
  }
  const moved = await registry.database.transaction().execute(async transaction => {
    requireRevision(key, await find(transaction, key), ifRevision);
    return setAlias(registry, transaction, key, move, because);
  });
  publish(registry, moved);
  return moved;
}

/** The move itself, in the caller's transaction; the caller publishes it after the commit. */
export async function setAlias(
  registry: Registry,
  transaction: Kysely<Tables>,
  key: AliasKey,
  move: AliasMove,
  because: Because,
): Promise<Envelope> {
  const row = await find(transaction, key);
  const before = row ? contentOf(row.document, aliasSchema) : null;
  const { version, otherwise } = move;
  const rollout = { share: move.share, groups: move.groups ? [...new Set(move.groups)] : null };
  const other = otherwise === undefined ? otherwiseAfter(before, { version, rollout }) : otherwise;
  const content: Content = {
    type: 'alias',
    formatVersion: 1,
    ...key,
    revision: await nextRevision(transaction, key),
    ...(await usableVersion(transaction, key.model, version)),
    rollout,
    otherwise: other === null ? null : await usableVersion(transaction, key.model, other),
    held: false,
  };
  return commitRevision(registry, transaction, content, because);
}

/**
 * Holds a rollout, or lets it go on. One that is so already stays as it is.
 * @throws HaversackError `NotFound`, `PreconditionFailed`
 */
export async function holdAlias(
  registry: Registry,
  key: AliasKey,
  held: boolean,
  ifRevision: number,
  because: Because,
): Promise<Envelope> {
  const { document, changed } = await registry.database.transaction().execute(async transaction => {
    const row = await requireAlias(transaction, key);
    requireRevision(key, row, ifRevision);
    const before = contentOf(row.document, aliasSchema);
    if (before.held === held) return { document: toEnvelope(row.document), changed: false };
    const { issuedAt: _issued, expiresAt: _expires, ...content } = before;
    const revision = await nextRevision(transaction, key);
    const document = await commitRevision(registry, transaction, { ...content, revision, held }, because);
    return { document, changed: true };
  });
  if (changed) publish(registry, document);
  return document;
}

/**
 * Takes an alias away. Devices keep what it gave them; one made later under that name goes on counting revisions.
 * @throws HaversackError `NotFound`, `PreconditionFailed`
 */
export async function removeAlias(
  registry: Registry,
  key: AliasKey,
  ifRevision: number,
  { who, why }: Because,
): Promise<void> {
  await registry.database.transaction().execute(async transaction => {
    requireRevision(key, await requireAlias(transaction, key), ifRevision);
    const now = registry.now();
    const revision = await nextRevision(transaction, key);
    await transaction
      .deleteFrom('aliases')
      .where('model', '=', key.model)
      .where('alias', '=', key.alias)
      .execute();
    const at = now.toISOString();
    await recordRevision(transaction, { ...key, revision, version: null, document: null, at, who, why });
    await touchModel(transaction, key.model, now);
    const subject = `${key.model}@${key.alias}`;
    await record(transaction, now, {
      who,
      what: 'alias',
      subject,
      detail: `removed, revision ${revision}`,
      why,
    });
  });
  registry.events.publish({ type: 'model', model: key.model });
}

/**
 * What devices outside of a rollout run where nobody said. Before a first rollout that is what all had; while it is widened
 * or replaced, what those outside had: a version that few were trusted with never becomes everybody's by the way.
 */
function otherwiseAfter(before: Alias | null, { version, rollout }: Pick<Alias, 'version' | 'rollout'>) {
  if (!before || !isPartial({ rollout })) return null;
  if (isPartial(before)) return before.otherwise?.version ?? null;
  return before.version === version ? null : before.version;
}

/** A version that an alias may point at. @throws HaversackError `NotFound`, `VersionRetired`, `VersionCollected` */
async function usableVersion(
  transaction: Kysely<Tables>,
  model: string,
  version: number,
): Promise<{ version: number; versionDigest: string }> {
  const row = await transaction
    .selectFrom('versions')
    .select(['digest', 'retired_at', 'collected_at'])
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  const name = `${model}@${version}`;
  if (!row) throw new HaversackError('NotFound', `there is no ${name}`);
  if (row.collected_at) throw new HaversackError('VersionCollected', `${name}, on ${row.collected_at}`);
  if (row.retired_at) throw new HaversackError('VersionRetired', `${name}, on ${row.retired_at}`);
  return { version, versionDigest: row.digest };
}

/** Signs the revision and makes it the live one, with its place in the history and in the audit. */
async function commitRevision(
  registry: Registry,
  transaction: Kysely<Tables>,
  content: Content,
  { who, why }: Because,
): Promise<Envelope> {
  const { model, alias, revision, version } = content;
  const now = registry.now();
  const at = now.toISOString();
  const envelope = await issue(registry, content, now);
  const document = toText(envelope);
  const values = { revision, version, document, issued_at: at };
  await transaction
    .insertInto('aliases')
    .values({ model, alias, ...values })
    .onConflict(conflict => conflict.columns(['model', 'alias']).doUpdateSet(values))
    .execute();
  await recordRevision(transaction, { model, alias, revision, version, document, at, who, why });
  await touchModel(transaction, model, now);
  await record(transaction, now, {
    who,
    what: 'alias',
    subject: `${model}@${alias}`,
    detail: describe(content),
    why,
  });
  return envelope;
}

function describe({ version, rollout: { share, groups }, otherwise, held, revision }: Content): string {
  return [
    `version ${version}`,
    `share ${share}`,
    ...(groups ? [`groups ${groups.join(' ')}`] : []),
    ...(otherwise ? [`otherwise ${otherwise.version}`] : []),
    ...(held ? ['held'] : []),
    `revision ${revision}`,
  ].join(', ');
}

async function touchModel(transaction: Kysely<Tables>, model: string, now: Date): Promise<void> {
  await transaction
    .updateTable('models')
    .set({ updated_at: now.toISOString() })
    .where('name', '=', model)
    .execute();
}

function publish(registry: Registry, document: Envelope): void {
  const { model, alias, version, revision } = readDocument(document, aliasSchema);
  registry.events.publish({ type: 'alias', model, alias, version, revision });
}

/** The document, issued anew (same revision) when it is older than a day. */
async function current(registry: Registry, row: AliasRow): Promise<Envelope> {
  const now = registry.now();
  if (now.getTime() - Date.parse(row.issued_at) < aliasRenewMs) return toEnvelope(row.document);
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

function issue(registry: Registry, content: Content, now: Date): Promise<Envelope> {
  const document: Alias = {
    ...content,
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + aliasValidMs).toISOString(),
  };
  return signDocument(document, registry.identity.signer);
}

function requireRevision(
  { model, alias }: AliasKey,
  row: AliasRow | undefined,
  ifRevision: number | null,
): void {
  const actual = row?.revision ?? null;
  if (actual === ifRevision) return;
  throw new HaversackError(
    'PreconditionFailed',
    `${model}@${alias} is at revision ${actual ?? 'none'}, the request was made for ${ifRevision ?? 'none'}`,
  );
}

async function requireAlias(database: Kysely<Tables>, key: AliasKey): Promise<AliasRow> {
  const row = await find(database, key);
  if (!row) throw new HaversackError('NotFound', `there is no ${key.model}@${key.alias}`);
  return row;
}

function find(database: Kysely<Tables>, key: AliasKey): Promise<AliasRow | undefined> {
  return database
    .selectFrom('aliases')
    .selectAll()
    .where('model', '=', key.model)
    .where('alias', '=', key.alias)
    .executeTakeFirst();
}
