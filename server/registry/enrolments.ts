// One-time codes: who has one is let in at once, with the role and the groups that an admin gave it. The code itself is kept
// nowhere; looked up is its SHA-256, so that how long that takes says nothing about it.
import type { Transaction } from 'kysely';
import type { z } from '../../src/core/zod.ts';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { makeEnrolmentCode, readEnrolmentCode } from '../../src/core/artifact/enrolment-code.ts';
import type {
  enrolmentCodeQuerySchema,
  enrolmentCodeSchema,
  newEnrolmentCodeSchema,
} from '../../src/core/artifact/admission-api.ts';
import type { Role } from '../../src/core/artifact/role.ts';
import { minuteMs } from '../../src/core/durations.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { EnrolmentRow, Tables } from '../storage/tables.ts';
import { record } from './audit.ts';
import type { Actor, Registry } from './context.ts';
import { readGroups, writeGroups } from './groups.ts';

type EnrolmentCode = z.infer<typeof enrolmentCodeSchema>;

/** Codes that can be used are kept to so many, so that the list can be read. */
const maxOpenCodes = 500;

/** The only answer that holds the code. @throws HaversackError `TooManyRequests` */
export async function createEnrolment(
  registry: Registry,
  query: z.output<typeof enrolmentCodeQuerySchema>,
  who: Actor,
): Promise<z.infer<typeof newEnrolmentCodeSchema>> {
  const code = makeEnrolmentCode();
  const now = registry.now();
  const row: EnrolmentRow = {
    id: await idOf(readEnrolmentCode(code)!),
    role: query.role,
    groups: writeGroups(query.groups),
    created_at: now.toISOString(),
    created_by: who,
    expires_at: new Date(now.getTime() + query.minutes * minuteMs).toISOString(),
    used_at: null,
    used_by: null,
  };
  await registry.database.transaction().execute(async transaction => {
    const { open } = await transaction
      .selectFrom('enrolments')
      .select(count => count.fn.countAll<number>().as('open'))
      .where('used_at', 'is', null)
      .where('expires_at', '>', row.created_at)
      .executeTakeFirstOrThrow();
    if (open >= maxOpenCodes) {
      throw new HaversackError('TooManyRequests', `${maxOpenCodes} codes wait to be used already`);
    }
    await transaction.insertInto('enrolments').values(row).execute();
    await record(transaction, now, {
      who,
      what: 'code',
      subject: row.id,
      detail: `a code for a ${row.role}, until ${row.expires_at}`,
    });
  });
  return { ...toInfo(row), code, registry: registry.identity.signer.keyId };
}

/** Newest first; used and expired ones too. */
export async function listEnrolments({ database }: Registry): Promise<EnrolmentCode[]> {
  const rows = await database
    .selectFrom('enrolments')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(toInfo);
}

/** From now on it lets nobody in. @throws HaversackError `NotFound` */
export async function deleteEnrolment(registry: Registry, id: string, who: Actor): Promise<void> {
  await registry.database.transaction().execute(async transaction => {
    const deleted = await transaction
      .deleteFrom('enrolments')
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst();
    if (!deleted) throw new HaversackError('NotFound', `there is no code ${id}`);
    await record(transaction, registry.now(), { who, what: 'code', subject: id, detail: 'deleted' });
  });
}

/**
 * Deletes what somebody who may make no codes any more has left behind: else a stolen admin's device lets others in after
 * its own revocation.
 */
export async function deleteOpenCodesOf(
  transaction: Transaction<Tables>,
  maker: Actor,
  who: Actor,
  now: Date,
): Promise<void> {
  const deleted = await transaction
    .deleteFrom('enrolments')
    .where('created_by', '=', maker)
    .where('used_at', 'is', null)
    .returning('id')
    .execute();
  const detail = 'deleted: who made it may make none any more';
  for (const { id } of deleted) await record(transaction, now, { who, what: 'code', subject: id, detail });
}

export interface Grant {
  readonly role: Role;
  readonly groups: string[];
  /** Who made the code. */
  readonly by: Actor;
  /** False where this device had used it up before: whatever an admin made of it since stands. */
  readonly isFirst: boolean;
}

/**
 * Uses a code up for a device, in the caller's transaction: of two that come at the same moment one gets it. The device
 * that had it may come again, for its answer may have been lost; that gives it nothing anew.
 * @throws HaversackError `CodeInvalid`
 */
export async function useEnrolment(
  transaction: Transaction<Tables>,
  text: string,
  device: string,
  now: Date,
): Promise<Grant> {
  const code = readEnrolmentCode(text);
  if (code === null) throw new HaversackError('CodeInvalid', 'a code has sixteen letters and digits');
  const id = await idOf(code);
  const at = now.toISOString();
  const used = await transaction
    .updateTable('enrolments')
    .set({ used_at: at, used_by: device })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', at)
    .returningAll()
    .executeTakeFirst();
  if (used) return toGrant(used, true);
  const row = await transaction.selectFrom('enrolments').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new HaversackError('CodeInvalid', 'it is not known here');
  if (row.used_by === device) return toGrant(row, false);
  throw new HaversackError(
    'CodeInvalid',
    row.used_at === null ? `it was good until ${row.expires_at}` : 'another device has used it',
  );
}

function idOf(code: string): Promise<string> {
  return sha256(new TextEncoder().encode(code));
}

function toGrant(row: EnrolmentRow, isFirst: boolean): Grant {
  return { role: row.role, groups: readGroups(row.groups), by: row.created_by, isFirst };
}

function toInfo(row: EnrolmentRow): EnrolmentCode {
  return {
    id: row.id,
    role: row.role,
    groups: readGroups(row.groups),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedBy: row.used_by,
  };
}
