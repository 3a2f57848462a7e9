// Lets go of what nobody needs: first versions that their retention policy gave up, in one transaction; then chunks that no
// version and no variant is made of. A crash in between leaves chunks that nobody needs, which the next run finds.
import type { Kysely } from 'kysely';
import type { Collection } from '../../src/core/artifact/registry-api.ts';
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import type { Digest } from '../../src/core/artifact/digest.ts';
import { dayMs } from '../../src/core/durations.ts';
import type { Tables } from '../storage/tables.ts';
import { record } from './audit.ts';
import { retentionOf } from './catalogue.ts';
import type { Actor, Registry } from './context.ts';
import { contentOf } from './documents.ts';
import { expiredVersions, type KeptVersion } from './expired-versions.ts';
import { NeededChunks } from './needed-chunks.ts';
import { neededVersions } from './needed-versions.ts';

/** A chunk put, or asked about, less long ago than this may belong to an upload under way. */
export const uploadGraceMs = dayMs;
/** Chunks that are deleted while commits wait. */
const batchChunks = 256;

interface VersionName {
  readonly model: string;
  readonly version: number;
}

/** @param dryRun only says what would go */
export async function collectGarbage(registry: Registry, dryRun: boolean, who: Actor): Promise<Collection> {
  const versions = await registry.database.transaction().execute(async transaction => {
    const expired = await findExpired(transaction, registry.now());
    if (!dryRun) for (const version of expired) await letGo(registry, transaction, version, who);
    return expired;
  });
  const models = new Set(versions.map(({ model }) => model));
  if (!dryRun) for (const model of models) registry.events.publish({ type: 'model', model });
  const names = versions.map(({ model, version }) => `${model}@${version}`);
  const swept = await sweep(registry, new NeededChunks(new Set(names)), dryRun);
  if (!dryRun && swept.chunks > 0) {
    const detail = `${swept.chunks} chunks, ${swept.bytes} bytes`;
    await record(registry.database, registry.now(), { who, what: 'collected', subject: 'chunks', detail });
  }
  return { dryRun, ...swept, versions: names };
}

/** Model by model, oldest first. */
async function findExpired(database: Kysely<Tables>, now: Date): Promise<VersionName[]> {
  const models = await database
    .selectFrom('models')
    .select(['name', 'retention'])
    .where('retention', 'is not', null)
    .orderBy('name')
    .execute();
  if (models.length === 0) return [];
  const needed = await neededVersions(database, now.getTime());
  const expired: VersionName[] = [];
  for (const { name, retention } of models) {
    const versions = await keptVersions(database, name);
    const numbers = expiredVersions(
      versions,
      retentionOf({ retention }),
      needed.get(name) ?? new Set(),
      now.getTime(),
    );
    expired.push(...numbers.map(version => ({ model: name, version })));
  }
  return expired;
}

async function keptVersions(database: Kysely<Tables>, model: string): Promise<KeptVersion[]> {
  const rows = await database
    .selectFrom('versions')
    .select(['version', 'manifest', 'created_at'])
    .where('model', '=', model)
    .where('collected_at', 'is', null)
    .orderBy('version')
    .execute();
  return rows.map(({ version, manifest, created_at }) => ({
    version,
    parent: contentOf(manifest, manifestSchema).parent?.version ?? null,
    createdAtMs: Date.parse(created_at),
  }));
}

/** Its manifest stays, for lineage and history; what was derived of it goes, and what was still to be. */
async function letGo(
  registry: Registry,
  transaction: Kysely<Tables>,
  { model, version }: VersionName,
  who: Actor,
): Promise<void> {
  const now = registry.now();
  for (const table of ['variants', 'derivations'] as const) {
    await transaction.deleteFrom(table).where('model', '=', model).where('version', '=', version).execute();
  }
  await transaction
    .updateTable('versions')
    .set({ collected_at: now.toISOString() })
    .where('model', '=', model)
    .where('version', '=', version)
    .execute();
  await transaction
    .updateTable('models')
    .set({ updated_at: now.toISOString() })
    .where('name', '=', model)
    .execute();
  await record(transaction, now, {
    who,
    what: 'collected',
    subject: `${model}@${version}`,
    detail: 'its documents stay',
  });
}

/**
 * Deletes in batches, each in a transaction: commits look for their chunks in theirs (commit.ts), so that either sees what the
 * other did.
 */
async function sweep(
  registry: Registry,
  needed: NeededChunks,
  dryRun: boolean,
): Promise<{ chunks: number; bytes: number }> {
  const swept = { chunks: 0, bytes: 0 };
  await needed.refresh(registry.database);
  const putBeforeMs = registry.now().getTime() - uploadGraceMs;
  for await (const batch of unneededChunks(registry, needed)) {
    await registry.database.transaction().execute(async transaction => {
      await needed.refresh(transaction);
      for (const digest of batch.filter(each => !needed.has(each))) {
        const found = await registry.blobs.stat(digest);
        if (!found || found.putAtMs >= putBeforeMs) continue;
        if (!dryRun && !(await registry.blobs.delete(digest, putBeforeMs))) continue;
        swept.chunks += 1;
        swept.bytes += found.bytes;
      }
    });
  }
  return swept;
}

async function* unneededChunks({ blobs }: Registry, needed: NeededChunks): AsyncIterable<Digest[]> {
  let batch: Digest[] = [];
  for await (const digest of blobs.list()) {
    if (needed.has(digest)) continue;
    batch.push(digest);
    if (batch.length < batchChunks) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
