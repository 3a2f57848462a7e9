// A version that is not to be used any more: its documents and bytes stay, no alias points at it, and none may.
import type { Kysely } from 'kysely';
import { aliasSchema } from '../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Tables } from '../storage/tables.ts';
import type { Because } from './aliases.ts';
import { record } from './audit.ts';
import { readVersion } from './catalogue.ts';
import type { Registry } from './context.ts';
import { contentOf } from './documents.ts';

/**
 * Retires a version, or takes it out of retirement. One that is so already stays as it is.
 * @param precondition throws where the version is not what the caller saw
 * @throws HaversackError `NotFound`, `VersionInUse` naming the aliases, and what `precondition` throws
 */
export async function retireVersion(
  registry: Registry,
  { model, version }: { model: string; version: number },
  retired: boolean,
  precondition: (current: VersionDetail) => void,
  { who, why }: Because,
): Promise<VersionDetail> {
  const detail = await registry.database.transaction().execute(async transaction => {
    const inside = { ...registry, database: transaction };
    const before = await readVersion(inside, model, version);
    precondition(before);
    if ((before.retiredAt !== null) === retired) return before;
    if (retired) await requireUnused(transaction, model, version);
    const now = registry.now();
    await transaction
      .updateTable('versions')
      .set({ retired_at: retired ? now.toISOString() : null })
      .where('model', '=', model)
      .where('version', '=', version)
      .execute();
    await record(transaction, now, {
      who,
      what: 'retired',
      subject: `${model}@${version}`,
      detail: retired ? 'retired' : 'taken out of retirement',
      why,
    });
    return readVersion(inside, model, version);
  });
  registry.events.publish({ type: 'model', model });
  return detail;
}

async function requireUnused(transaction: Kysely<Tables>, model: string, version: number): Promise<void> {
  const rows = await transaction.selectFrom('aliases').selectAll().where('model', '=', model).execute();
  const pointing = rows.filter(row => {
    const alias = contentOf(row.document, aliasSchema);
    return alias.version === version || alias.otherwise?.version === version;
  });
  if (pointing.length === 0) return;
  const names = pointing.map(row => `${model}@${row.alias}`).join(', ');
  throw new HaversackError(
    'VersionInUse',
    `${names} ${pointing.length === 1 ? 'means' : 'mean'} ${model}@${version}`,
  );
}
