// Keys for people and programs: shown once, kept as a hash, with a role or grants, perhaps limits, and perhaps an end.
import { hash, randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { z } from '../../src/core/zod.ts';
import type {
  AccessKey,
  accessKeyQuerySchema,
  keyRotationSchema,
  newAccessKeySchema,
} from '../../src/core/artifact/key-api.ts';
import { formatGrants } from '../../src/core/artifact/grant-text.ts';
import { dayMs, hourMs } from '../../src/core/durations.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { AccessKeyRow, Tables } from '../storage/tables.ts';
import { record } from './audit.ts';
import type { Actor, Registry } from './context.ts';
import { deleteOpenCodesOf } from './enrolments.ts';
import { readGrants, readLimits, writeGrants, writeLimits } from './grants.ts';

/** How a key begins, so that people and scanners see what they found. */
export const accessKeyPrefix = 'hvk_';
const secretBytes = 32;

type NewKey = z.infer<typeof newAccessKeySchema>;

/** The only answer that holds the key. */
export async function createAccessKey(
  registry: Registry,
  query: z.output<typeof accessKeyQuerySchema>,
  who: Actor,
): Promise<NewKey> {
  const secret = makeSecret();
  const now = registry.now();
  const row: AccessKeyRow = {
    id: randomUUID(),
    hash: secret.hash,
    name: query.name,
    // What has grants has nothing by its role: read back, it has none.
    role: query.role ?? 'device',
    created_at: now.toISOString(),
    created_by: who,
    expires_at: query.days === null ? null : new Date(now.getTime() + query.days * dayMs).toISOString(),
    revoked_at: null,
    last_used_at: null,
    grants: writeGrants(query.grants),
    limits: writeLimits(query.limits),
    replaces: null,
  };
  await registry.database.transaction().execute(async transaction => {
    await transaction.insertInto('access_keys').values(row).execute();
    await record(transaction, now, { who, what: 'key', subject: row.id, detail: describe(row) });
  });
  return { ...toInfo(row), key: secret.key };
}

/**
 * A key with the same rights, limits and name follows one, which goes on for `graceHours` and no longer than it would have: so
 * that a program has time to change. The only answer that holds the new one.
 * @throws HaversackError `NotFound`, `Conflict` (over, or followed already)
 */
export async function rotateAccessKey(
  registry: Registry,
  id: string,
  { graceHours, days }: z.output<typeof keyRotationSchema>,
  who: Actor,
): Promise<NewKey> {
  const secret = makeSecret();
  const now = registry.now();
  const row = await registry.database.transaction().execute(async transaction => {
    const old = await requireKey(transaction, id);
    await requireRotatable(transaction, old, now);
    const next: AccessKeyRow = {
      ...old,
      id: randomUUID(),
      hash: secret.hash,
      created_at: now.toISOString(),
      created_by: who,
      expires_at: followingEnd(old, days, now),
      last_used_at: null,
      replaces: id,
    };
    const graceEnd = new Date(now.getTime() + graceHours * hourMs).toISOString();
    const expires_at = old.expires_at !== null && old.expires_at < graceEnd ? old.expires_at : graceEnd;
    await transaction.insertInto('access_keys').values(next).execute();
    await transaction.updateTable('access_keys').set({ expires_at }).where('id', '=', id).execute();
    const detail = `${describe(next)}, follows ${id}, which ends ${expires_at}`;
    await record(transaction, now, { who, what: 'key', subject: next.id, detail });
    return next;
  });
  registry.events.publish({ type: 'key', id });
  return { ...toInfo(row), key: secret.key };
}

async function requireRotatable(transaction: Kysely<Tables>, old: AccessKeyRow, now: Date): Promise<void> {
  const { id, name, revoked_at, expires_at } = old;
  if (revoked_at !== null || (expires_at !== null && expires_at <= now.toISOString())) {
    throw new HaversackError('Conflict', `the key of ${name} is over: make a new one`);
  }
  const follower = await transaction
    .selectFrom('access_keys')
    .select('id')
    .where('replaces', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (follower)
    throw new HaversackError('Conflict', `key ${follower.id} follows ${id} already: rotate that one`);
}

/** As long from now on as the one before was to be good. */
function followingEnd(
  { created_at, expires_at }: AccessKeyRow,
  days: number | null,
  now: Date,
): string | null {
  if (days !== null) return new Date(now.getTime() + days * dayMs).toISOString();
  if (expires_at === null) return null;
  return new Date(now.getTime() + Date.parse(expires_at) - Date.parse(created_at)).toISOString();
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
    const known = await requireKey(transaction, id);
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

/**
 * The key that somebody shows, over or not; null where it is none. Looked up by its SHA-256: a comparison that stops at the first
 * byte that differs tells of the hash of a guess, from which no nearer guess can be made, so it need not take constant time.
 * @param hash of `hashOfKey`
 */
export async function findAccessKey({ database }: Registry, hash: string): Promise<AccessKey | null> {
  const row = await database
    .selectFrom('access_keys')
    .selectAll()
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row ? toInfo(row) : null;
}

export function hashOfKey(key: string): string {
  return hash('sha256', key);
}

function makeSecret(): { readonly key: string; readonly hash: string } {
  const key = `${accessKeyPrefix}${randomBytes(secretBytes).toString('base64url')}`;
  return { key, hash: hashOfKey(key) };
}

async function requireKey(database: Kysely<Tables>, id: string): Promise<AccessKeyRow> {
  const row = await database.selectFrom('access_keys').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new HaversackError('NotFound', `there is no key ${id}`);
  return row;
}

/** For the audit. */
function describe(row: AccessKeyRow): string {
  const { name, role, grants, expiresAt } = toInfo(row);
  const what = grants === null ? role : `may ${formatGrants(grants)}`;
  return `"${name}", ${what}, ${expiresAt === null ? 'without an end' : `until ${expiresAt}`}`;
}

function toInfo(row: AccessKeyRow): AccessKey {
  const grants = readGrants(row.grants);
  return {
    id: row.id,
    name: row.name,
    role: grants === null ? row.role : null,
    grants,
    limits: readLimits(row.limits),
    replaces: row.replaces,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  };
}
