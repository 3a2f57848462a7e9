// A variant made of a version after it was committed, and measured on the data it came with; or found, where the same was
// made before.
import type { Kysely, Selectable } from 'kysely';
import {
  type Manifest,
  manifestSchema,
  type Variant,
  variantSchema,
} from '../../src/core/artifact/documents.ts';
import { envelopeDigest } from '../../src/core/artifact/signature.ts';
import type { DerivationRow as DerivationTable, Tables } from '../storage/tables.ts';
import { record } from './audit.ts';
import type { Derived } from './checker.ts';
import { missingChunks } from './chunk-files.ts';
import { insertVariant, type VariantDraft } from './commit.ts';
import type { Registry } from './context.ts';
import { type Derivable, derivableSchema } from './derivable.ts';
import { derivationKey, isPinnable, recipeOf } from './derivations.ts';
import { contentOf, toEnvelope } from './documents.ts';

export type DerivationRow = Selectable<DerivationTable>;

/**
 * Makes it, stores it, and strikes it off the list in the transaction that signs it; or notes why it would be no use.
 * @throws HaversackError where it cannot be made
 */
export async function derive(registry: Registry, row: DerivationRow): Promise<void> {
  const variant = derivableSchema.parse(row.variant);
  const { manifest, digest } = await versionOf(registry, row);
  const parent = isPinnable(variant) ? await parentVariant(registry, manifest, variant) : null;
  const runtime = await registry.runtimeName();
  const key = await derivationKey({ manifest, variant, parent: parent?.file ?? null, runtime });
  const outcome =
    (await madeBefore(registry, key)) ??
    (await registry.checker.derive({ kind: 'derive', manifest, variant, parent: parent?.file ?? null }));
  if (!outcome.made) {
    await settle(registry.database, row, { state: 'skipped', detail: outcome.why, key });
    return;
  }
  await insert(registry, row, digest, key, {
    variant,
    recipe: recipeOf(variant, outcome.pinned),
    runtime: outcome.runtime,
    file: outcome.file,
    evaluations: outcome.evaluations,
    pinnedTo: outcome.pinned ? parent!.digest : null,
  });
  registry.events.publish({ type: 'version', model: row.model, version: row.version });
}

async function versionOf({ database }: Registry, row: Pick<DerivationRow, 'model' | 'version'>) {
  const stored = await database
    .selectFrom('versions')
    .select(['manifest', 'digest'])
    .where('model', '=', row.model)
    .where('version', '=', row.version)
    .executeTakeFirstOrThrow();
  return { manifest: contentOf(stored.manifest, manifestSchema), digest: stored.digest };
}

interface ParentVariant {
  readonly file: Variant['file'];
  /** Of its document. */
  readonly digest: string;
}

/** The parent's variant, where its scales can serve: of the same graph, by the same recipe, and whole. */
async function parentVariant(
  registry: Registry,
  { model, parent, architecture }: Manifest,
  variant: Derivable,
): Promise<ParentVariant | null> {
  if (!parent) return null;
  const row = await registry.database
    .selectFrom('variants')
    .select('document')
    .where('model', '=', model)
    .where('version', '=', parent.version)
    .where('variant', '=', variant)
    .executeTakeFirst();
  if (!row) return null;
  const before = await versionOf(registry, { model, version: parent.version });
  if (before.digest !== parent.digest || before.manifest.architecture !== architecture) return null;
  const { recipe, file } = contentOf(row.document, variantSchema);
  const wanted = Object.entries(recipeOf(variant, false));
  if (wanted.some(([setting, value]) => recipe[setting] !== value)) return null;
  if (!(await isWhole(registry, file))) return null;
  return { file, digest: await envelopeDigest(toEnvelope(row.document)) };
}

async function isWhole({ blobs }: Registry, file: Variant['file']): Promise<boolean> {
  const digests = file.chunks.map(chunk => chunk.digest);
  return (await missingChunks(blobs, digests)).length === 0;
}

/** What came of the same key before, at whichever version and replica; null where it must be made. */
async function madeBefore(registry: Registry, key: string): Promise<Derived | null> {
  const rows = await registry.database
    .selectFrom('derivations')
    .leftJoin('variants', join =>
      join
        .onRef('variants.model', '=', 'derivations.model')
        .onRef('variants.version', '=', 'derivations.version')
        .onRef('variants.variant', '=', 'derivations.variant'),
    )
    .select(['derivations.state', 'derivations.detail', 'variants.document'])
    .where('derivations.key', '=', key)
    .execute();
  for (const { state, detail, document } of rows) {
    if (state === 'skipped') return { made: false, why: detail ?? '' };
    if (state !== 'done' || document === null) continue;
    const { file, runtime, evaluations, pinnedTo } = contentOf(document, variantSchema);
    if (await isWhole(registry, file)) {
      return { made: true, runtime, file, evaluations, pinned: pinnedTo !== null };
    }
  }
  return null;
}

async function insert(
  registry: Registry,
  row: DerivationRow,
  digest: string,
  key: string,
  draft: VariantDraft,
): Promise<void> {
  const { model, version, variant } = row;
  await registry.database.transaction().execute(async transaction => {
    // One whose chunks were lost is signed anew.
    await transaction
      .deleteFrom('variants')
      .where('model', '=', model)
      .where('version', '=', version)
      .where('variant', '=', variant)
      .execute();
    await insertVariant(registry, transaction, { model, version, digest }, draft);
    await settle(transaction, row, { state: 'done', detail: null, key });
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

async function settle(
  database: Kysely<Tables>,
  { model, version, variant }: DerivationRow,
  set: Pick<DerivationRow, 'state' | 'detail' | 'key'>,
): Promise<void> {
  await database
    .updateTable('derivations')
    .set(set)
    .where('model', '=', model)
    .where('version', '=', version)
    .where('variant', '=', variant)
    .execute();
}
