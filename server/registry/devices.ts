// Browsers that asked to be let in, and what an admin said. A key is asked for once; who has it is for people to check.
import { deviceCode } from '../../src/core/artifact/device-code.ts';
import { reportSchema } from '../../src/core/artifact/documents.ts';
import { groupNameSchema } from '../../src/core/artifact/names.ts';
import { type DeviceInfo, type Role } from '../../src/core/artifact/registry-api.ts';
import { keyIdOf } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import type { DeviceRow } from '../storage/tables.ts';
import { record } from './audit.ts';
import type { Actor, Registry } from './context.ts';

/** More than this many unanswered requests are refused, so that nobody can fill the list. */
export const maxPending = 200;
/** `lastSeenAt` is as fine as this, so that a request does not cost a write. */
const seenEveryMs = 60_000;

/** Asking again with the same key changes nothing but the name of one still pending. `created` is false then. */
export async function enrol(
  registry: Registry,
  request: { publicKey: string; name: string },
): Promise<{ device: DeviceInfo; created: boolean }> {
  const id = await keyIdOf(request.publicKey);
  const outcome = await registry.database.transaction().execute(async transaction => {
    const known = await transaction.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
    if (known) {
      if (known.status !== 'pending') return { row: known, created: false };
      await transaction.updateTable('devices').set({ name: request.name }).where('id', '=', id).execute();
      return { row: { ...known, name: request.name }, created: false };
    }
    const { pending } = await transaction
      .selectFrom('devices')
      .select(count => count.fn.countAll<number>().as('pending'))
      .where('status', '=', 'pending')
      .executeTakeFirstOrThrow();
    if (pending >= maxPending) {
      throw new HaversackError('TooManyRequests', `${maxPending} devices wait for an answer already`);
    }
    const row: DeviceRow = {
      id,
      public_key: request.publicKey,
      name: request.name,
      status: 'pending',
      role: null,
      created_at: registry.now().toISOString(),
      last_seen_at: null,
      groups: '[]',
      report: null,
    };
    await transaction.insertInto('devices').values(row).execute();
    return { row, created: true };
  });
  registry.events.publish({ type: 'device', id });
  return { device: toInfo(outcome.row), created: outcome.created };
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

/**
 * An admin's answer. Revoked keys stay listed, and can be let in again.
 * @throws HaversackError `NotFound`, `BadRequest`
 */
export async function changeDevice(
  registry: Registry,
  id: string,
  change: { status: 'approved' | 'revoked'; role: Role | null },
  who: Actor,
): Promise<DeviceInfo> {
  if (change.status === 'approved' && change.role === null) {
    throw new HaversackError('BadRequest', 'role: an approved device needs one of device, trainer, admin');
  }
  const role = change.status === 'revoked' ? null : change.role;
  const row = await registry.database.transaction().execute(async transaction => {
    const changed = await transaction
      .updateTable('devices')
      .set({ status: change.status, role })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (!changed) throw new HaversackError('NotFound', `there is no device ${id}`);
    await record(transaction, registry.now(), {
      who,
      what: 'device',
      subject: id,
      detail: role === null ? change.status : `${change.status} as ${role}`,
    });
    return changed;
  });
  registry.events.publish({ type: 'device', id });
  return toInfo(row);
}

/** Notes that a device was heard of. */
export async function sawDevice(registry: Registry, device: DeviceInfo): Promise<void> {
  const now = registry.now();
  if (device.lastSeenAt !== null && now.getTime() - Date.parse(device.lastSeenAt) < seenEveryMs) return;
  await registry.database
    .updateTable('devices')
    .set({ last_seen_at: now.toISOString() })
    .where('id', '=', device.id)
    .execute();
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
    groups: z.array(groupNameSchema).parse(JSON.parse(row.groups)),
    report: row.report === null ? null : reportSchema.parse(JSON.parse(row.report)),
  };
}
