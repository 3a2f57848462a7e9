// Browsers that asked to be let in, and what an admin said. A key is asked for once; who has it is for people to check.
import type { Transaction } from 'kysely';
import { deviceCode } from '../../src/core/artifact/device-code.ts';
import { reportSchema } from '../../src/core/artifact/documents.ts';
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import type { deviceChangeSchema } from '../../src/core/artifact/admission-api.ts';
import type { ModelRight } from '../../src/core/artifact/grant.ts';
import { type Role, roleSchema } from '../../src/core/artifact/role.ts';
import { keyIdOf } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { formatGrants } from '../../src/core/artifact/grant-text.ts';
import { rightsOf } from '../../src/core/artifact/rights.ts';
import { grantsOfDevice } from '../gateway/standing.ts';
import type { z } from '../../src/core/zod.ts';
import type { DeviceRow, Tables } from '../storage/tables.ts';
import { record } from './audit.ts';
import type { Actor, Registry } from './context.ts';
import { deleteOpenCodesOf, type Grant, useEnrolment } from './enrolments.ts';
import { readGrants, writeGrants } from './grants.ts';
import { readGroups, writeGroups } from './groups.ts';

/** More than this many unanswered requests are refused, so that nobody can fill the list. */
export const maxPending = 200;

interface Enrolment {
  readonly publicKey: string;
  readonly name: string;
  /** From an admin: lets it in at once. */
  readonly code?: string | undefined;
}

/**
 * Asking again with the same key changes nothing but the name of one still pending; `created` is false then. A code lets the
 * device in, and takes nothing from one that is in already; a revoked key stays out until an admin says otherwise.
 * @throws HaversackError `CodeInvalid`, `TooManyRequests`, `Forbidden` (revoked)
 */
export async function enrol(
  registry: Registry,
  request: Enrolment,
): Promise<{ device: DeviceInfo; created: boolean }> {
  const id = await keyIdOf(request.publicKey);
  const outcome = await registry.database.transaction().execute(async transaction => {
    const known = await transaction.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
    const grant = await grantOf(registry, transaction, request, id, known);
    if (known) return { row: await askAgain(transaction, known, request.name, grant), created: false };
    if (!grant) await requireRoom(transaction);
    const row: DeviceRow = {
      id,
      public_key: request.publicKey,
      name: request.name,
      status: grant ? 'approved' : 'pending',
      role: grant?.role ?? null,
      created_at: registry.now().toISOString(),
      last_seen_at: null,
      groups: writeGroups(grant?.groups ?? []),
      report: null,
      grants: null,
    };
    await transaction.insertInto('devices').values(row).execute();
    return { row, created: true };
  });
  registry.events.publish({ type: 'device', id });
  return { device: toInfo(outcome.row), created: outcome.created };
}

/** What the code gives, if one came that was not used before; used up and written down in the same transaction. */
async function grantOf(
  registry: Registry,
  transaction: Transaction<Tables>,
  { code }: Enrolment,
  id: string,
  known: DeviceRow | undefined,
): Promise<Grant | null> {
  if (code === undefined) return null;
  if (known?.status === 'revoked') {
    throw new HaversackError('Forbidden', 'this device’s key was revoked: an admin has to let it in again');
  }
  const grant = await useEnrolment(transaction, code, id, registry.now());
  if (!grant.isFirst) return null;
  await record(transaction, registry.now(), {
    who: grant.by,
    what: 'device',
    subject: id,
    detail: `approved as ${grant.role} by a code`,
  });
  return grant;
}

async function askAgain(
  transaction: Transaction<Tables>,
  known: DeviceRow,
  name: string,
  grant: Grant | null,
): Promise<DeviceRow> {
  const change: Partial<DeviceRow> = {
    ...(known.status === 'pending' ? { name } : {}),
    ...(grant
      ? {
          status: 'approved',
          role: higherRole(known.role, grant.role),
          groups: writeGroups([...readGroups(known.groups), ...grant.groups]),
        }
      : {}),
  };
  if (Object.keys(change).length === 0) return known;
  await transaction.updateTable('devices').set(change).where('id', '=', known.id).execute();
  return { ...known, ...change };
}

function higherRole(one: Role | null, other: Role): Role {
  const rank = roleSchema.options;
  return one !== null && rank.indexOf(one) > rank.indexOf(other) ? one : other;
}

async function requireRoom(transaction: Transaction<Tables>): Promise<void> {
  const { pending } = await transaction
    .selectFrom('devices')
    .select(count => count.fn.countAll<number>().as('pending'))
    .where('status', '=', 'pending')
    .executeTakeFirstOrThrow();
  if (pending >= maxPending) {
    throw new HaversackError('TooManyRequests', `${maxPending} devices wait for an answer already`);
  }
}

/** Newest first. */
export async function listDevices(registry: Registry): Promise<DeviceInfo[]> {
  const rows = await registry.database
    .selectFrom('devices')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(toInfo);
}

export async function findDevice(registry: Registry, id: string): Promise<DeviceInfo | null> {
  const row = await registry.database
    .selectFrom('devices')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? toInfo(row) : null;
}

/** The device, where it is let in. @throws HaversackError `Forbidden` */
export async function requireApproved(registry: Registry, id: string): Promise<DeviceInfo> {
  const device = await findDevice(registry, id);
  if (device?.status === 'approved') return device;
  throw new HaversackError('Forbidden', `device: ${id} is ${device?.status ?? 'not known here'}`);
}

/**
 * The device, where it may do this with that model: whoever brings what it signed.
 * @throws HaversackError `Forbidden`
 */
export async function requireDeviceOn(
  registry: Registry,
  id: string,
  model: string,
  right: ModelRight,
): Promise<DeviceInfo> {
  const device = await requireApproved(registry, id);
  if (rightsOf(grantsOfDevice(device)).on(model, right)) return device;
  throw new HaversackError('Forbidden', `device: ${id} lacks the right "${right}" on ${model}`);
}

/** What is left out stays. */
export type DeviceChange = z.output<typeof deviceChangeSchema>;

/**
 * An admin's answer. Revoked keys stay listed, and can be let in again.
 * @throws HaversackError `NotFound`, `BadRequest`
 */
export async function changeDevice(
  registry: Registry,
  id: string,
  change: DeviceChange,
  who: Actor,
): Promise<DeviceInfo> {
  const row = await registry.database.transaction().execute(async transaction => {
    const known = await transaction.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
    if (!known) throw new HaversackError('NotFound', `there is no device ${id}`);
    const changed: DeviceRow = { ...known, ...changesOf(known, change) };
    await transaction
      .updateTable('devices')
      .set({ status: changed.status, role: changed.role, groups: changed.groups, grants: changed.grants })
      .where('id', '=', id)
      .execute();
    await record(transaction, registry.now(), {
      who,
      what: 'device',
      subject: id,
      detail: describe(changed),
    });
    if (!mayAdmin(changed)) await deleteOpenCodesOf(transaction, id, who, registry.now());
    return changed;
  });
  registry.events.publish({ type: 'device', id });
  return toInfo(row);
}

function mayAdmin({ status, role, grants }: DeviceRow): boolean {
  return rightsOf(grantsOfDevice({ status, role, grants: readGrants(grants) })).everywhere('admin');
}

function changesOf(
  known: DeviceRow,
  change: DeviceChange,
): Pick<DeviceRow, 'status' | 'role' | 'groups' | 'grants'> {
  const status = change.status ?? known.status;
  const role = status === 'revoked' ? null : change.role === undefined ? known.role : change.role;
  if (status === 'approved' && role === null) {
    throw new HaversackError('BadRequest', 'role: an approved device needs one of device, trainer, admin');
  }
  const groups = change.groups === undefined ? known.groups : writeGroups(change.groups);
  return { status, role, groups, grants: grantsAfter(known, change) };
}

/** Who is let in again after a revocation has what is given then, and nothing of what it had. */
function grantsAfter({ status, grants }: DeviceRow, change: DeviceChange): DeviceRow['grants'] {
  if (change.status === 'revoked') return null;
  if (change.grants !== undefined) return writeGrants(change.grants);
  return status === 'revoked' ? null : grants;
}

function describe({ status, role, groups, grants }: DeviceRow): string {
  const names = readGroups(groups);
  const where = names.length === 0 ? '' : `, in ${names.join(', ')}`;
  const may = readGrants(grants);
  const what = may === null ? '' : `, may ${formatGrants(may)}`;
  return `${role === null ? status : `${status} as ${role}`}${where}${what}`;
}

function toInfo(row: DeviceRow): DeviceInfo {
  return {
    id: row.id,
    publicKey: row.public_key,
    name: row.name,
    status: row.status,
    role: row.role,
    code: deviceCode(row.id),
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    groups: readGroups(row.groups),
    report: row.report === null ? null : reportSchema.parse(JSON.parse(row.report)),
    grants: readGrants(row.grants),
  };
}
