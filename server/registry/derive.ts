// A variant made of a version after it was committed, and measured on the data it came with.
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import type { Selectable } from 'kysely';
import type { DerivationRow as DerivationTable } from '../storage/tables.ts';
import { record } from './audit.ts';
import { insertVariant, type VariantDraft } from './commit.ts';
import type { Registry } from './context.ts';
import { contentOf } from './documents.ts';

type DerivationRow = Selectable<DerivationTable>;

const int8Recipe = { kind: 'quantize-weights', bits: 8, perChannel: true };

/** The variants made of an authority; of one that is quantized already, none. */
export function derivedFrom(authority: string): readonly string[] {
  return authority === 'fp32' ? ['int8'] : [];
}

/**
 * Makes it, stores it, and strikes it off the list in the transaction that signs it.
 * @throws HaversackError where it cannot be made, or is not worth it
 */
export async function derive(registry: Registry, row: DerivationRow): Promise<void> {
  const stored = await registry.database
    .selectFrom('versions')
    .select(['manifest', 'digest'])
    .where('model', '=', row.model)
    .where('version', '=', row.version)
    .executeTakeFirstOrThrow();
  const manifest = contentOf(stored.manifest, manifestSchema);
  const { runtime, file, evaluations } = await registry.checker.derive({ kind: 'derive', manifest });
  await insert(registry, row, stored.digest, {
    variant: row.variant,
    recipe: int8Recipe,
    runtime,
    file,
    evaluations,
  });
  registry.events.publish({ type: 'version', model: row.model, version: row.version });
}

async function insert(
  registry: Registry,
  { model, version, variant }: DerivationRow,
  digest: string,
  draft: VariantDraft,
): Promise<void> {
  await registry.database.transaction().execute(async transaction => {
    await insertVariant(registry, transaction, { model, version, digest }, draft);
    await transaction
      .updateTable('derivations')
      .set({ state: 'done' })
      .where('model', '=', model)
      .where('version', '=', version)
      .where('variant', '=', variant)
      .execute();
    await transaction
      .updateTable('models')
      .set({ updated_at: registry.now().toISOString() })
      .where('name', '=', model)
      .execute();
    await record(transaction, registry.now(), {
      who: 'registry',
      what: 'variant',
      subject: `${model}@${version}`,
      detail: variant,
    });
  });
}
