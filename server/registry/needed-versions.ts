// Which versions somebody counts on: what aliases mean, what they meant as long as a device may still believe it, and what
// devices said they run.
import type { Kysely } from 'kysely';
import { aliasSchema, reportSchema } from '../../src/core/artifact/documents.ts';
import type { Tables } from '../storage/tables.ts';
import { aliasValidMs } from './aliases.ts';
import { contentOf } from './documents.ts';

/** By model. */
type NeededVersions = ReadonlyMap<string, ReadonlySet<number>>;

export async function neededVersions(database: Kysely<Tables>, nowMs: number): Promise<NeededVersions> {
  const needed = new Map<string, Set<number>>();
  const need = (model: string, version: number) => {
    const versions = needed.get(model) ?? new Set();
    needed.set(model, versions.add(version));
  };
  for (const document of await believedAliases(database, nowMs)) {
    const { model, version, otherwise } = contentOf(document, aliasSchema);
    need(model, version);
    if (otherwise) need(model, otherwise.version);
  }
  const devices = await database
    .selectFrom('devices')
    .select('report')
    .where('status', '=', 'approved')
    .where('report', 'is not', null)
    .execute();
  for (const { report } of devices) {
    for (const { model, version } of reportSchema.parse(JSON.parse(report!)).active) need(model, version);
  }
  return needed;
}

/**
 * The live alias documents, and those that were live within the time for which a device trusts one: it was signed anew up
 * to the moment it was replaced.
 */
async function believedAliases(database: Kysely<Tables>, nowMs: number): Promise<string[]> {
  const live = await database.selectFrom('aliases').select('document').execute();
  const history = await database
    .selectFrom('alias_history')
    .select(['model', 'alias', 'document', 'at'])
    .orderBy('model')
    .orderBy('alias')
    .orderBy('revision')
    .execute();
  const believed = history.filter((row, index) => {
    const next = history[index + 1];
    const isLast = next?.model !== row.model || next.alias !== row.alias;
    return !isLast && Date.parse(next.at) + aliasValidMs >= nowMs;
  });
  return [...live, ...believed].flatMap(({ document }) => document ?? []);
}
