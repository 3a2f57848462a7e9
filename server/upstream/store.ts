// The upstreams as the database keeps them. Each change is in the audit, under the model it is about.
import { randomBytes } from 'node:crypto';
import type { z } from '../../src/core/zod.ts';
import {
  localUpstream,
  type newUpstreamSchema,
  type upstreamChangeSchema,
} from '../../src/core/artifact/upstream-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { record } from '../registry/audit.ts';
import type { Actor, Registry } from '../registry/context.ts';
import type { UpstreamRow } from '../storage/tables.ts';

/** Of all models together. */
const maxUpstreams = 1024;

type Store = Pick<Registry, 'database' | 'now'>;

/** By model, then as they were added. */
export async function readUpstreams({ database }: Pick<Store, 'database'>): Promise<UpstreamRow[]> {
  return database
    .selectFrom('upstreams')
    .selectAll()
    .orderBy('model')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** @throws HaversackError `Conflict` where there is the same one already, `TooLarge` */
export async function addUpstream(
  { database, now }: Store,
  given: z.output<typeof newUpstreamSchema>,
  who: Actor,
): Promise<UpstreamRow> {
  const at = now();
  const { model } = given;
  const row: UpstreamRow = {
    // Short: people type it, and figures carry it.
    id: given.url === localUpstream ? `${localUpstream}-${model}` : randomBytes(4).toString('hex'),
    model,
    url: given.url,
    version: given.version,
    upstream_model: given.upstreamModel,
    upstream_version: given.upstreamVersion,
    weight: given.weight,
    key_variable: given.keyVariable,
    state: 'active',
    created_at: at.toISOString(),
    created_by: who,
  };
  await database.transaction().execute(async transaction => {
    const rows = await transaction.selectFrom('upstreams').selectAll().execute();
    if (rows.length >= maxUpstreams) {
      throw new HaversackError('TooLarge', `there are ${rows.length} upstreams, at most ${maxUpstreams}`);
    }
    const same = rows.find(other => other.id === row.id || isSame(other, row));
    if (same) throw new HaversackError('Conflict', `${model} has ${row.url} as upstream ${same.id}`);
    await transaction.insertInto('upstreams').values(row).execute();
    await record(transaction, at, {
      who,
      what: 'upstream',
      subject: model,
      detail: `${row.id}: ${row.url} added, weight ${row.weight}`,
      why: given.why,
    });
  });
  return row;
}

/** @throws HaversackError `NotFound` */
export async function changeUpstream(
  { database, now }: Store,
  id: string,
  { weight, state, why }: z.output<typeof upstreamChangeSchema>,
  who: Actor,
): Promise<UpstreamRow> {
  return database.transaction().execute(async transaction => {
    const known = await transaction
      .selectFrom('upstreams')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!known) throw new HaversackError('NotFound', `there is no upstream ${id}`);
    const row = { ...known, weight: weight ?? known.weight, state: state ?? known.state };
    const changes = [
      ...(row.weight === known.weight ? [] : [`weight ${known.weight} → ${row.weight}`]),
      ...(row.state === known.state ? [] : [row.state]),
    ];
    if (changes.length === 0) return known;
    await transaction
      .updateTable('upstreams')
      .set({ weight: row.weight, state: row.state })
      .where('id', '=', id)
      .execute();
    await record(transaction, now(), {
      who,
      what: 'upstream',
      subject: known.model,
      detail: `${id}: ${known.url} ${changes.join(', ')}`,
      why,
    });
    return row;
  });
}

/** @throws HaversackError `NotFound` */
export async function removeUpstream(
  { database, now }: Store,
  id: string,
  why: string | null,
  who: Actor,
): Promise<UpstreamRow> {
  return database.transaction().execute(async transaction => {
    const row = await transaction
      .deleteFrom('upstreams')
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw new HaversackError('NotFound', `there is no upstream ${id}`);
    await record(transaction, now(), {
      who,
      what: 'upstream',
      subject: row.model,
      detail: `${id}: ${row.url} removed`,
      why,
    });
    return row;
  });
}

function isSame(one: UpstreamRow, other: UpstreamRow): boolean {
  const keys = ['model', 'url', 'version', 'upstream_model', 'upstream_version'] as const;
  return keys.every(key => one[key] === other[key]);
}
