// Whether a device may make the first version of a model: under a name that nobody has, and only so many a day.
import type { Kysely } from 'kysely';
import { dayMs } from '../../src/core/durations.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Tables } from '../storage/tables.ts';

/** Models that one device may found in a day (UTC), so that none can take all the good names. Nobody counts an admin's. */
export const maxFoundedADay = 20;

export interface Founder {
  readonly model: string;
  /** The device that signed. */
  readonly device: string;
  /** Whether it may do all with that model. */
  readonly isAdmin: boolean;
  readonly at: Date;
}

/**
 * Asked before the file is looked into, and again in the transaction that makes the version: of two that found one model at
 * the same time, the second finds the first.
 * @throws HaversackError `Conflict`, `QuotaSpent`
 */
export async function requireMayFound(database: Kysely<Tables>, founder: Founder): Promise<void> {
  await requireFree(database, founder.model);
  if (!founder.isAdmin) await requireRoom(database, founder);
}

async function requireFree(database: Kysely<Tables>, model: string): Promise<void> {
  const row = await database.selectFrom('models').select('name').where('name', '=', model).executeTakeFirst();
  if (!row) return;
  throw new HaversackError(
    'Conflict',
    `there is a model ${model} already: give this one another name, or teach it from a version of that one`,
  );
}

/** By the audit, which is written in the transaction of the deed. */
async function requireRoom(database: Kysely<Tables>, { device, at }: Founder): Promise<void> {
  const dayStart = Math.floor(at.getTime() / dayMs) * dayMs;
  const { founded } = await database
    .selectFrom('audit')
    .select(({ fn }) => fn.countAll<number>().as('founded'))
    .where('at', '>=', new Date(dayStart).toISOString())
    .where('who', '=', device)
    .where('what', '=', 'version')
    .where('subject', 'like', '%@1')
    .executeTakeFirstOrThrow();
  if (founded < maxFoundedADay) return;
  const retryAfterSeconds = (dayStart + dayMs - at.getTime()) / 1000;
  throw new HaversackError(
    'QuotaSpent',
    `device ${device}: at most ${maxFoundedADay} new models a day (UTC)`,
    { retryAfterSeconds },
  );
}
