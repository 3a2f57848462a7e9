// Keys for people and programs: shown once, kept as a hash, with a role and perhaps an end.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { z } from '../../src/core/zod.ts';
import type {
  AccessKey,
  accessKeyQuerySchema,
  newAccessKeySchema,
} from '../../src/core/artifact/access-api.ts';
import { dayMs } from '../../src/core/durations.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { AccessKeyRow } from '../storage/tables.ts';
import { record } from './audit.ts';
import type { Actor, Registry } from './context.ts';
import { deleteOpenCodesOf } from './enrolments.ts';

/** How a key begins, so that people and scanners see what they found. */
export const accessKeyPrefix = 'hvk_';
const secretBytes = 32;
/** `lastUsedAt` is as fine as this, so that a request does not cost a write. */
const usedEveryMs = 60_000;

/** The only answer that holds the key. */
export async function createAccessKey(
  registry: Registry,
  query: z.output<typeof accessKeyQuerySchema>,
  who: Actor,
): Promise<z.infer<typeof newAccessKeySchema>> {
  const key = `${accessKeyPrefix}${randomBytes(secretBytes).toString('base64url')}`;
  const now = registry.now();
  const row: AccessKeyRow = {
    id: randomUUID(),
    hash: hashOf(key),
    name: query.name,
    role: query.role,
    created_at: now.toISOString(),
    created_by: who,
    expires_at: query.days === null ? null : new Date(now.getTime() + query.days * dayMs).toISOString(),
    revoked_at: null,
    last_used_at: null,
    grants: null,
    limits: null,
    replaces: null,
  };
  await registry.database.transaction().execute(async transaction => {
    await transaction.insertInto('access_keys').values(row).execute();
    await record(transaction, now, {
      who,
      what: 'key',
      subject: row.id,
      detail: `"${row.name}", ${row.role}, ${row.expires_at === null ? 'without an end' : `until ${row.expires_at}`}`,
    });
  });
  return { ...toInfo(row), key };
}

/** Newest first; those that are over too. */
export async function listAccessKeys({ database }: Registry): Promise<AccessKey[]> {
  const rows = await database
    .selectFrom('access_keys')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(toInfo);
}

/** From the next request on it opens nothing. Revoked twice is revoked. @throws HaversackError `NotFound` */
export async function revokeAccessKey(registry: Registry, id: string, who: Actor): Promise<AccessKey> {
  const row = await registry.database.transaction().execute(async transaction => {
    const known = await transaction
      .selectFrom('access_keys')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!known) throw new HaversackError('NotFound', `there is no key ${id}`);
    if (known.revoked_at !== null) return known;
    const revoked_at = registry.now().toISOString();
    await transaction.updateTable('access_keys').set({ revoked_at }).where('id', '=', id).execute();
    await record(transaction, registry.now(), { who, what: 'key', subject: id, detail: 'revoked' });
    await deleteOpenCodesOf(transaction, `access-key:${id}`, who, registry.now());
    return { ...known, revoked_at };
  });
  registry.events.publish({ type: 'key', id });
  return toInfo(row);
}

/** The key that somebody shows, over or not; null where it is none. Looked up by its hash. */
export async function findAccessKey({ database }: Registry, key: string): Promise<AccessKey | null> {
  const row = await database
    .selectFrom('access_keys')
    .selectAll()
    .where('hash', '=', hashOf(key))
    .executeTakeFirst();
  return row ? toInfo(row) : null;
}

/** Notes that a key was used. */
export async function usedAccessKey(registry: Registry, { id, lastUsedAt }: AccessKey): Promise<void> {
  const now = registry.now();
  if (lastUsedAt !== null && now.getTime() - Date.parse(lastUsedAt) < usedEveryMs) return;
  await registry.database
    .updateTable('access_keys')
    .set({ last_used_at: now.toISOString() })
    .where('id', '=', id)
    .execute();
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function toInfo(row: AccessKeyRow): AccessKey {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}
