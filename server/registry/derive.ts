// A variant made of a version after it was committed, and measured on the data it came with.
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { quantizeWeights } from '../../src/core/passes/quantize-weights.ts';
import type { DerivationRow } from '../storage/tables.ts';
import { record } from './audit.ts';
import { readFileRef } from './chunk-files.ts';
import { insertVariant, type VariantDraft } from './commit.ts';
import type { Registry } from './context.ts';
import { contentOf } from './documents.ts';
import { measure } from './measure.ts';

/** Larger files are left as they are: the pass holds the file a few times over. */
const maxDerivedBytes = 512 * 2 ** 20;
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
  const { bytes } = manifest.authority.file;
  if (bytes > maxDerivedBytes) {
    throw new HaversackError(
      'TooLarge',
      `the file has ${bytes} bytes, at most ${maxDerivedBytes} are derived`,
    );
  }
  const file = quantizeWeights(await readFileRef(registry.blobs, manifest.authority.file), {
    perChannel: true,
  });
  if (file.length >= bytes) {
    throw new HaversackError('TooLarge', `it would have ${file.length} bytes, the authority has ${bytes}`);
  }
  const evaluations = await measure(registry, manifest, file);
  const chunked = await chunkFile(file, tensorLayout(file));
  for (const [digest, chunk] of chunked.chunks) await registry.blobs.put(digest, chunk);
  await insert(registry, row, stored.digest, {
    variant: row.variant,
    recipe: int8Recipe,
    runtime: await registry.runtimeName(),
    file: chunked.ref,
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
