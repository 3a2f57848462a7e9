// Brings a version to this device: documents checked, chunks fetched, and then, in one transaction, there.
import type { ChunkRef } from '../core/artifact/chunks.ts';
import type { Manifest, Variant } from '../core/artifact/documents.ts';
import { type Envelope, envelopeDigest } from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';
import { throwIfAborted } from '../client/backoff.ts';
import { downloadChunks, type FileChunks } from '../client/download.ts';
import type { RegistryClient } from '../client/registry.ts';
import { seenAlias } from './aliases.ts';
import { postChange } from './changes.ts';
import { basesOf } from './bases.ts';
import { chunksOf, keepChunk, missingChunks } from './chunk-store.ts';
import type { Database } from './db.ts';
import { withRoom } from './evict.ts';
import { pullLock, withLock } from './locks.ts';
import { documentsOf, filesOfInstalled, variantFile } from './needs.ts';
import { noteMended } from './notices.ts';
import { connect, readRegistry, trustedKeys } from './registry.ts';
import { readRow, readRows } from './rows.ts';
import { activeSchema, type DownloadRow, downloadSchema, type Installed, installedSchema } from './schema.ts';
import { storing } from './storage-error.ts';
import { sumBytes } from './usage.ts';
import { openVersion } from './version-documents.ts';
import { versionKey } from './version-key.ts';

export interface PullProgress {
  /** Of what had to be fetched when this pull began. */
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** What came over the line for `receivedBytes`: less, where chunks came packed or as differences to what is here. */
  readonly wireBytes: number;
  /** Already here: from another version, or from a pull that was cut short. */
  readonly reusedBytes: number;
}

export interface PullOptions {
  readonly db: Database;
  readonly client: Pick<RegistryClient, 'root' | 'version' | 'chunk' | 'chunks'>;
  readonly model: string;
  readonly version: number;
  /** The authority where it is not said. */
  readonly variant?: string | undefined;
  /** With what training needs: the authority, the data set, the topology if there is one. Where it is not said: with the authority. */
  readonly withTraining?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: PullProgress) => void) | undefined;
}

/**
 * Resumable: what arrived before a kill, an abort or an error is not fetched again. A version that is whole already costs
 * no request. Two tabs that ask for the same one fetch it once.
 * @throws HaversackError `Offline`, `SignatureInvalid`, `ChunkInvalid`, `QuotaExceeded`, `NotFound`, `Aborted`, …
 */
export async function pullVersion(options: PullOptions): Promise<Installed> {
  const { db, model, version, signal } = options;
  throwIfAborted(signal);
  return storing(() =>
    withLock(pullLock(downloadKey(model, version)), signal, async () => {
      const known = readRow(installedSchema, await db.get('installed', [model, version]), 'installed');
      if (known && (await isWhole(db, known, options))) return known;
      const target = await describe(options, known);
      const refs = chunksOf(filesOfInstalled(target));
      const bytesLeft = async () => sumBytes(await missingChunks(db, refs));
      const spared = { versions: [versionKey(model, version)], chunks: refs.map(ref => ref.digest) };
      await withRoom(db, bytesLeft, () => fetchMissing(options, target), spared);
      return commit(db, target);
    }),
  );
}

async function isWhole(
  db: Database,
  row: Installed,
  { variant, withTraining }: PullOptions,
): Promise<boolean> {
  const covers =
    (variant === undefined || row.variants.includes(variant)) && (withTraining !== true || row.trainable);
  return covers && (await missingChunks(db, chunksOf(filesOfInstalled(row)))).length === 0;
}

/** The row as it will be. */
async function describe(options: PullOptions, known: Installed | null): Promise<Installed> {
  const { db, client, model, version, signal } = options;
  const registry = (await readRegistry(db)) ?? (await connect(db, client));
  const detail = await client.version(model, version, signal);
  if (detail.collectedAt !== null) {
    throw new HaversackError('VersionCollected', `${model}@${version}, on ${detail.collectedAt}`);
  }
  const digest = known ? await envelopeDigest(known.manifest) : await digestByAlias(db, model, version);
  const documents = await openVersion(detail, trustedKeys(registry), { model, version, digest });
  const { variants, trainable } = choose(options, documents);
  const variantDocuments = [...detail.variants, ...unlisted(known, documents.variants)];
  const now = new Date().toISOString();
  return {
    model,
    version,
    manifest: detail.manifest,
    variantDocuments,
    variants: [...new Set([...(known?.variants ?? []), ...variants])],
    trainable: trainable || (known?.trainable ?? false),
    installedAt: known?.installedAt ?? now,
    lastUsedAt: now,
    pinned: known?.pinned ?? false,
  };
}

/** Of variants that are here, and that whoever answers does not have (they are a cache there): they stay as they are. */
function unlisted(known: Installed | null, listed: readonly Variant[]): Envelope[] {
  const names = new Set<unknown>(listed.map(({ variant }) => variant));
  return (known?.variantDocuments ?? []).filter(({ signed }) => !names.has(signed['variant']));
}

/** What a signed alias said this version is. */
async function digestByAlias(db: Database, model: string, version: number): Promise<string | null> {
  const seen = await seenAlias(db, model, 'production');
  return seen?.alias.version === version ? seen.alias.versionDigest : null;
}

function choose(
  options: PullOptions,
  { manifest, variants }: { manifest: Manifest; variants: readonly Variant[] },
): { variants: string[]; trainable: boolean } {
  const authority = manifest.authority.variant;
  const wanted = options.variant ?? authority;
  if (wanted !== authority && !variants.some(variant => variant.variant === wanted)) {
    throw new HaversackError('NotFound', `${manifest.model}@${manifest.version} has no variant "${wanted}"`);
  }
  const hasData = manifest.artifacts.dataset !== null;
  const trainable = hasData && (options.withTraining ?? wanted === authority);
  // Only the authority can be trained: the others are derived from it.
  return { variants: trainable ? [...new Set([wanted, authority])] : [wanted], trainable };
}

async function fetchMissing(options: PullOptions, target: Installed): Promise<void> {
  const { db, client, model, version, signal, onProgress } = options;
  const refs = chunksOf(filesOfInstalled(target));
  const download: DownloadRow = {
    key: downloadKey(model, version),
    model,
    version,
    variant: target.variants[target.variants.length - 1]!,
    digests: refs.map(ref => ref.digest),
    startedAt: new Date().toISOString(),
  };
  // Before the first look at what is here: from now on garbage collection leaves those chunks alone.
  await db.put('downloads', download);
  postChange('downloads', model);
  const missing = await missingChunks(db, refs);
  const totalBytes = sumBytes(missing);
  const reusedBytes = sumBytes(refs) - totalBytes;
  let receivedBytes = 0;
  let wireBytes = 0;
  const report = () => onProgress?.({ receivedBytes, totalBytes, wireBytes, reusedBytes });
  report();
  await downloadChunks({
    files: chunksByFile(target, missing),
    source: client,
    ...(await basesOf(db, model, version)),
    signal,
    keep: (ref, bytes) => keepChunk(db, ref, bytes),
    onKept: (ref, bytes) => {
      receivedBytes += ref.bytes;
      wireBytes += bytes;
      report();
    },
  });
}

/** Each of the missing chunks once: with the variant that has it, else with the artifacts. */
function chunksByFile(target: Installed, missing: readonly ChunkRef[]): FileChunks[] {
  const { model, version } = target;
  const documents = documentsOf(target);
  const left = new Map(missing.map(ref => [ref.digest, ref]));
  const files = target.variants.map(variant => {
    const refs = chunksOf([variantFile(documents, variant)]).filter(({ digest }) => left.delete(digest));
    return { of: { model, version, variant }, refs };
  });
  return [...files, { of: null, refs: [...left.values()] }];
}

/** The one moment at which a version appears, and only if every chunk of it is here. */
async function commit(db: Database, target: Installed): Promise<Installed> {
  const { model, version } = target;
  const follows = await isProduction(db, model, version);
  const stores = ['installed', 'downloads', 'active', 'chunks', 'notices'] as const;
  const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
  const chunks = tx.objectStore('chunks');
  const refs = chunksOf(filesOfInstalled(target));
  const keys = await Promise.all(refs.map(ref => chunks.getKey(ref.digest)));
  const absent = refs.filter((_ref, i) => keys[i] === undefined);
  if (absent.length > 0) {
    tx.abort();
    await tx.done.catch(() => undefined);
    throw new HaversackError(
      'StorageFailed',
      `${absent.length} chunks of ${model}@${version} have gone again`,
    );
  }
  await tx.objectStore('installed').put(target);
  await tx.objectStore('downloads').delete(downloadKey(model, version));
  const active = readRow(activeSchema, await tx.objectStore('active').get(model), 'active');
  if (!active) {
    const variant = target.variants[0]!;
    await tx.objectStore('active').put({ model, version, variant, previous: null, follows, candidate: null });
  }
  const mended = await noteMended(tx.objectStore('notices'), model, version);
  await tx.done;
  postChange('installed', model);
  postChange('downloads', model);
  if (mended) postChange('notices');
  if (!active) postChange('active', model);
  return target;
}

/** Whoever takes another version than the registry's stays with it. Nothing heard of one: follow what will come. */
async function isProduction(db: Database, model: string, version: number): Promise<boolean> {
  const seen = await seenAlias(db, model, 'production');
  return seen === null || seen.alias.version === version;
}

export const downloadKey = versionKey;

/** Downloads that are under way (`runningPulls`), or were cut short and can go on. */
export async function listDownloads(db: Database): Promise<DownloadRow[]> {
  return readRows(downloadSchema, await storing(() => db.getAll('downloads')), 'downloads');
}
