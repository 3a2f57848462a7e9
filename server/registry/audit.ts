// Who did what, when and why. Written in the transaction of the deed, so that neither is there without the other.
import type { Kysely } from 'kysely';
import type { AuditEntry, auditQuerySchema } from '../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { z } from '../../src/core/zod.ts';
import type { Tables } from '../storage/tables.ts';
import type { Actor, Registry } from './context.ts';
import { uuidV7 } from './uuid-v7.ts';

export interface Deed {
  readonly who: Actor;
  readonly what:
    | 'version'
    | 'variant'
    | 'alias'
    | 'model'
    | 'retired'
    | 'collected'
    | 'device'
    | 'code'
    | 'key'
    | 'root'
    | 'samples'
    | 'upstream'
    | 'serving';
  /** `digits`, `digits@3`, `digits@production`, a device's id. */
  readonly subject: string;
  readonly detail: string;
  readonly why?: string | null;
}

export async function record(transaction: Kysely<Tables>, at: Date, deed: Deed): Promise<void> {
  await transaction
    .insertInto('audit')
    .values({ id: uuidV7(at), at: at.toISOString(), why: null, ...deed })
    .execute();
}

/**
 * Newest first.
 * @throws HaversackError `BadRequest` where `before` is neither a time nor an entry
 */
export async function readAudit(
  { database }: Pick<Registry, 'database'>,
  { subject, who, before, limit }: z.output<typeof auditQuerySchema>,
): Promise<AuditEntry[]> {
  let query = database.selectFrom('audit').selectAll().orderBy('at', 'desc').orderBy('id', 'desc');
  if (subject !== undefined) {
    const beginning = `${subject}@`;
    query = query.where(eb =>
      eb.or([
        eb('subject', '=', subject),
        eb(
          eb.fn<string>('substr', ['subject', eb.val(1), eb.fn('length', [eb.val(beginning)])]),
          '=',
          beginning,
        ),
      ]),
    );
  }
  if (who !== undefined) query = query.where('who', '=', who);
  if (before !== undefined) {
    const { at, id } = await placeOf(database, before);
    query = query.where(eb => eb.or([eb('at', '<', at), eb.and([eb('at', '=', at), eb('id', '<', id)])]));
  }
  return query.limit(limit).execute();
}

/** Where in the order of entries `before` stands: at an entry, or ahead of all of a time. */
async function placeOf(database: Kysely<Tables>, before: string): Promise<{ at: string; id: string }> {
  const entry = await database
    .selectFrom('audit')
    .select(['at', 'id'])
    .where('id', '=', before)
    .executeTakeFirst();
  if (entry) return entry;
  const timeMs = Date.parse(before);
  if (Number.isNaN(timeMs)) {
    throw new HaversackError('BadRequest', `before: ${before} is neither a time nor an entry’s id`);
  }
  return { at: new Date(timeMs).toISOString(), id: '' };
}
