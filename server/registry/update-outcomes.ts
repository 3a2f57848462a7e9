// How devices fared with a version, as they reported it.
import type { Kysely } from 'kysely';
import type { UpdateOutcomes } from '../../src/core/artifact/inbox-api.ts';
import type { Tables } from '../storage/tables.ts';

/**
 * Each device counts once, with its newest word.
 * @param since only what came from then on, ISO 8601
 */
export async function outcomesOf(
  database: Kysely<Tables>,
  of: { readonly model: string; readonly version: number; readonly since?: string },
): Promise<UpdateOutcomes> {
  const rows = await database
    .selectFrom('reports')
    .select(['device', 'outcome'])
    .where('model', '=', of.model)
    .where('version', '=', of.version)
    .where('received_at', '>=', of.since ?? '')
    .orderBy('received_at')
    .execute();
  const newest = new Map(rows.map(({ device, outcome }) => [device, outcome]));
  const count = (wanted: string) => [...newest.values()].filter(outcome => outcome === wanted).length;
  return { swapped: count('swapped'), rolledBack: count('rolled-back') };
}
