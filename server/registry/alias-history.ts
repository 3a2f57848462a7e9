// Every revision that an alias ever had: written with the move, never changed after. What is issued anew each day is the live
// document only (aliases.ts).
import type { Kysely, Selectable } from 'kysely';
import type { AliasRevision } from '../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { AliasHistoryRow, Tables } from '../storage/tables.ts';
import type { Registry } from './context.ts';
import { toEnvelope } from './documents.ts';

export interface AliasKey {
  readonly model: string;
  readonly alias: string;
}

/** Why revisions are high above those before: devices may have seen what came after the backup. */
export const restored = { who: 'registry', why: 'restored from a backup' } as const;

/**
 * The next one: also after a removal it is higher than any that a device may have seen; in a registry that was restored,
 * for a name that the backup does not know too.
 */
export async function nextRevision(transaction: Kysely<Tables>, { model, alias }: AliasKey): Promise<number> {
  const row = await transaction
    .selectFrom('alias_history')
    .select(({ fn }) => fn.max('revision').as('last'))
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst();
  return (row?.last ?? (await lastRestored(transaction))) + 1;
}

async function lastRestored(transaction: Kysely<Tables>): Promise<number> {
  const row = await transaction
    .selectFrom('alias_history')
    .select(({ fn }) => fn.max('revision').as('last'))
    .where('who', '=', restored.who)
    .where('why', '=', restored.why)
    .executeTakeFirst();
  return row?.last ?? 0;
}

export async function recordRevision(transaction: Kysely<Tables>, row: AliasHistoryRow): Promise<void> {
  await transaction.insertInto('alias_history').values(row).execute();
}

/** Newest first. @throws HaversackError `NotFound` where there never was such an alias */
export async function readAliasHistory(
  { database }: Pick<Registry, 'database'>,
  { model, alias }: AliasKey,
): Promise<AliasRevision[]> {
  const rows = await database
    .selectFrom('alias_history')
    .selectAll()
    .where('model', '=', model)
    .where('alias', '=', alias)
    .orderBy('revision', 'desc')
    .execute();
  if (rows.length === 0) throw new HaversackError('NotFound', `there never was a ${model}@${alias}`);
  return rows.map(toRevision);
}

/** Of all aliases of a model, those removed too; newest first. @throws HaversackError `NotFound` */
export async function readModelHistory(
  { database }: Pick<Registry, 'database'>,
  model: string,
): Promise<AliasRevision[]> {
  const known = await database
    .selectFrom('models')
    .select('name')
    .where('name', '=', model)
    .executeTakeFirst();
  if (!known) throw new HaversackError('NotFound', `there is no model ${model}`);
  const rows = await database
    .selectFrom('alias_history')
    .selectAll()
    .where('model', '=', model)
    .orderBy('at', 'desc')
    .orderBy('revision', 'desc')
    .orderBy('alias')
    .execute();
  return rows.map(toRevision);
}

function toRevision(row: Selectable<AliasHistoryRow>): AliasRevision {
  const { alias, revision, at, who, why, version, document } = row;
  return {
    alias,
    revision,
    at,
    who,
    why,
    version,
    document: document === null ? null : toEnvelope(document),
  };
}
