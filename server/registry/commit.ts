// How a version comes to be: one transaction gives it its number and signs it, or nothing happened.
import type { Kysely } from 'kysely';
import {
  aliasSchema,
  type Manifest,
  manifestSchema,
  type Variant,
  variantSchema,
} from '../../src/core/artifact/documents.ts';
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import type { RegistryEvent } from '../../src/core/artifact/registry-api.ts';
import {
  type Envelope,
  envelopeDigest,
  readDocument,
  signDocument,
} from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import type { Tables } from '../storage/tables.ts';
import { setAlias } from './aliases.ts';
import { record } from './audit.ts';
import { requireChunks } from './chunk-files.ts';
import type { Actor, Registry } from './context.ts';
import { contentOf, toText } from './documents.ts';

/** What `production` is: the alias that a model's first version gets by itself. */
export const firstAlias = 'production';

/** A version before it has a number. */
export type VersionDraft = Omit<Manifest, 'type' | 'formatVersion' | 'version'>;
/** A variant of it that is there already. */
export type VariantDraft = Pick<Variant, 'variant' | 'recipe' | 'runtime' | 'file' | 'evaluations'> &
  Partial<Pick<Variant, 'pinnedTo'>>;

export interface CommitOptions {
  readonly who: Actor;
  /** Committed with it. */
  readonly variants: readonly VariantDraft[];
  /** Names of variants that are to be made of it afterwards. */
  readonly derive: readonly string[];
  /** Whether `production` moves to it: only where the model has no version yet, or in any case. */
  readonly production: 'if-first' | 'always';
  /** What becomes of the newest version's own file, from its own parent: one more (so where it is not said), or that one. */
  readonly sameFile?: 'one-more' | 'newest';
  /** The number it must get, where somebody counts on one. */
  readonly version?: number;
  /** Asked once more in the transaction, of a version that is not here yet. @throws HaversackError why it may not be */
  readonly requireAllowed?: (transaction: Kysely<Tables>) => Promise<void>;
}

export interface Committed {
  readonly manifest: Manifest;
  readonly digest: string;
  /** False where it was here: the same candidate, the same file. */
  readonly created: boolean;
}

/**
 * Every chunk is durable before the transaction starts, and looked for again in it, for one may have been collected since;
 * when this resolves, the version is durable too.
 * @throws HaversackError `ChunkMissing`, `NotFound` (the parent), `Conflict` (the number), `DocumentInvalid` (limits)
 */
export async function commitVersion(
  registry: Registry,
  draft: VersionDraft,
  options: CommitOptions,
): Promise<Committed> {
  await requireChunks(registry.blobs, allFiles(draft, options));
  const { committed, events } = await registry.database
    .transaction()
    .execute(transaction => insertVersion(registry, transaction, draft, options));
  for (const event of events) registry.events.publish(event);
  return committed;
}

/** The newest version, where it is of this file and parent and its bytes were not let go; null otherwise. */
export async function newestIfSame(
  database: Kysely<Tables>,
  { model, file, parent }: { model: string; file: Pick<FileRef, 'digest'>; parent: number | null },
): Promise<Committed | null> {
  const row = await database
    .selectFrom('versions')
    .select(['manifest', 'digest', 'collected_at'])
    .where('model', '=', model)
    .orderBy('version', 'desc')
    .executeTakeFirst();
  if (!row || row.collected_at !== null) return null;
  const manifest = contentOf(row.manifest, manifestSchema);
  const isSame =
    manifest.authority.file.digest === file.digest && (manifest.parent?.version ?? null) === parent;
  return isSame ? { manifest, digest: row.digest, created: false } : null;
}

/** The version that a candidate has become; null where it has not. */
export async function committedFrom(database: Kysely<Tables>, candidate: string): Promise<Committed | null> {
  const row = await database
    .selectFrom('versions')
    .select(['manifest', 'digest'])
    .where('candidate', '=', candidate)
    .executeTakeFirst();
  return row
    ? { manifest: contentOf(row.manifest, manifestSchema), digest: row.digest, created: false }
    : null;
}

function allFiles(draft: VersionDraft, { variants }: CommitOptions) {
  return [...filesOf(draft), ...variants.map(variant => variant.file)];
}

export function filesOf({ authority, artifacts }: Pick<Manifest, 'authority' | 'artifacts'>) {
  const { dataset, recorded, topology } = artifacts;
  return [authority, dataset, recorded, topology].flatMap(entry => (entry ? [entry.file] : []));
}

async function insertVersion(
  registry: Registry,
  transaction: Kysely<Tables>,
  draft: VersionDraft,
  options: CommitOptions,
): Promise<{ committed: Committed; events: RegistryEvent[] }> {
  const before = await committedBefore(transaction, draft, options);
  if (before) return { committed: before, events: [] };
  await requireChunks(registry.blobs, allFiles(draft, options));
  await requireParent(transaction, draft);
  await options.requireAllowed?.(transaction);
  const version = await numberOf(transaction, draft.model, options);
  const manifest = toManifest({ ...draft, type: 'manifest', formatVersion: 1, version });
  const envelope = await signDocument(manifest, registry.identity.signer);
  const digest = await envelopeDigest(envelope);
  await insertRows(registry, transaction, { manifest, envelope, digest }, options);
  const events: RegistryEvent[] = [{ type: 'version', model: draft.model, version }];
  if (options.production === 'always' || version === 1) {
    const key = { model: draft.model, alias: firstAlias };
    const because = { who: options.who, why: null };
    const alias = await setAlias(registry, transaction, key, { version, share: 1 }, because);
    events.push({ type: 'alias', ...key, version, revision: readDocument(alias, aliasSchema).revision });
  }
  return { committed: { manifest, digest, created: true }, events };
}

/** The next number; where somebody counts on one, that. @throws HaversackError `Conflict` */
async function numberOf(
  transaction: Kysely<Tables>,
  model: string,
  { version: wanted }: CommitOptions,
): Promise<number> {
  const version = await nextVersion(transaction, model);
  if (wanted === undefined || wanted === version) return version;
  throw new HaversackError('Conflict', `${model} would get version ${version}, wanted ${wanted}`);
}

interface SignedVersion {
  readonly manifest: Manifest;
  readonly envelope: Envelope;
  readonly digest: string;
}

async function insertRows(
  registry: Registry,
  transaction: Kysely<Tables>,
  { manifest, envelope, digest }: SignedVersion,
  options: CommitOptions,
): Promise<void> {
  const { model, version, task, candidate } = manifest;
  const now = registry.now().toISOString();
  await transaction
    .insertInto('models')
    .values({ name: model, task, created_at: now, updated_at: now })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ task, updated_at: now }))
    .execute();
  await transaction
    .insertInto('versions')
    .values({ model, version, digest, candidate, manifest: toText(envelope), created_at: now })
    .execute();
  await record(transaction, registry.now(), {
    who: options.who,
    what: 'version',
    subject: `${model}@${version}`,
    detail: digest,
  });
  for (const variant of options.variants) {
    await insertVariant(registry, transaction, { model, version, digest }, variant);
  }
  for (const variant of options.derive) {
    await transaction
      .insertInto('derivations')
      .values({ model, version, variant, state: 'pending', detail: null })
      .execute();
  }
}

/** Asked in the transaction: of two that come at the same time, the second finds the first. */
async function committedBefore(
  transaction: Kysely<Tables>,
  { candidate, model, authority, parent }: VersionDraft,
  { sameFile }: CommitOptions,
): Promise<Committed | null> {
  if (candidate !== null) return committedFrom(transaction, candidate);
  if (sameFile !== 'newest') return null;
  return newestIfSame(transaction, { model, file: authority.file, parent: parent?.version ?? null });
}

/** A draft within every document's limits. @throws HaversackError `DocumentInvalid` */
function toManifest(draft: Manifest): Manifest {
  const parsed = manifestSchema.safeParse(draft);
  if (!parsed.success) throw new HaversackError('DocumentInvalid', z.prettifyError(parsed.error));
  return parsed.data;
}

/**
 * Signs a variant document and stores it, in the caller's transaction. The chunks must be durable.
 * @throws HaversackError `VersionCollected`, `ChunkMissing`
 */
export async function insertVariant(
  registry: Registry,
  transaction: Kysely<Tables>,
  of: { model: string; version: number; digest: string },
  draft: VariantDraft,
): Promise<void> {
  await requireKept(transaction, of);
  await requireChunks(registry.blobs, [draft.file]);
  const now = registry.now().toISOString();
  const document = variantSchema.parse({
    ...draft,
    type: 'variant',
    formatVersion: 1,
    model: of.model,
    version: of.version,
    versionDigest: of.digest,
    pinnedTo: draft.pinnedTo ?? null,
    createdAt: now,
  });
  await transaction
    .insertInto('variants')
    .values({
      model: of.model,
      version: of.version,
      variant: draft.variant,
      document: toText(await signDocument(document, registry.identity.signer)),
      created_at: now,
    })
    .execute();
}

/** What is derived of a version takes its time: it may have been let go since. */
async function requireKept(
  transaction: Kysely<Tables>,
  { model, version }: { model: string; version: number },
): Promise<void> {
  const row = await transaction
    .selectFrom('versions')
    .select('collected_at')
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  if (row?.collected_at) {
    throw new HaversackError('VersionCollected', `${model}@${version}, on ${row.collected_at}`);
  }
}

async function requireParent(transaction: Kysely<Tables>, { model, parent }: VersionDraft): Promise<void> {
  if (!parent) return;
  const row = await transaction
    .selectFrom('versions')
    .select('digest')
    .where('model', '=', model)
    .where('version', '=', parent.version)
    .executeTakeFirst();
  if (row?.digest !== parent.digest) {
    throw new HaversackError(
      'NotFound',
      `the parent ${model}@${parent.version} is ${row ? `${row.digest} here, stated is ${parent.digest}` : 'not here'}`,
    );
  }
}

async function nextVersion(transaction: Kysely<Tables>, model: string): Promise<number> {
  const row = await transaction
    .selectFrom('versions')
    .select(({ fn }) => fn.max('version').as('last'))
    .where('model', '=', model)
    .executeTakeFirst();
  return (row?.last ?? 0) + 1;
}
