// A whole data folder looked through: every chunk hashed again, every document's signature and form, every file complete.
// Changes nothing; a running server does not mind.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { type Alias, aliasSchema, manifestSchema, variantSchema } from '../../src/core/artifact/documents.ts';
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import { envelopeDigest, openDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError, toFailure } from '../../src/core/errors.ts';
import { type BlobStore, FileBlobs } from '../storage/blobs.ts';
import { type Database, readDatabase } from '../storage/database.ts';
import { verifyFileRef } from './chunk-files.ts';
import { filesOf } from './commit.ts';
import { toEnvelope } from './documents.ts';
import { readRegistryKeys } from './key.ts';

export interface Verification {
  /** Chunks that are stored, good or bad. */
  readonly chunks: number;
  readonly versions: number;
  /** One line a fault: what, and what is wrong with it. */
  readonly bad: string[];
}

/** @throws HaversackError `NotFound` where there is no registry */
export async function verifyData(folder: string): Promise<Verification> {
  const databasePath = join(folder, 'registry.sqlite');
  if (!existsSync(databasePath)) throw new HaversackError('NotFound', `${folder} holds no registry`);
  const publicKey = await readRegistryKeys(folder);
  const database = readDatabase(databasePath);
  try {
    return await verify({ database, blobs: FileBlobs.reader(join(folder, 'chunks')), publicKey });
  } finally {
    await database.destroy();
  }
}

export async function verify(registry: {
  database: Database;
  blobs: BlobStore;
  publicKey: string | readonly string[];
}): Promise<Verification> {
  const bad: string[] = [];
  const chunks = await verifyChunks(registry.blobs, bad);
  const versions = await verifyVersions(registry, bad);
  await verifyVariants(registry, bad);
  await verifyAliases(registry, bad);
  await verifyAliasHistory(registry, bad);
  return { chunks, versions, bad };
}

async function verifyChunks(blobs: BlobStore, bad: string[]): Promise<number> {
  let count = 0;
  for await (const digest of blobs.list()) {
    const bytes = await blobs.get(digest);
    // Collected since it was listed. Where a version needs it, that is told below.
    if (!bytes) continue;
    count += 1;
    const actual = await sha256(bytes);
    if (actual !== digest) bad.push(`chunk ${digest}: its bytes are ${actual}`);
  }
  return count;
}

interface Checked {
  readonly database: Database;
  readonly blobs: BlobStore;
  /** Or several, any of which will do. */
  readonly publicKey: string | readonly string[];
}

async function verifyVersions({ database, blobs, publicKey }: Checked, bad: string[]): Promise<number> {
  const rows = await database
    .selectFrom('versions')
    .selectAll()
    .orderBy('model')
    .orderBy('version')
    .execute();
  let previous = { model: '', version: 0 };
  for (const row of rows) {
    const name = `${row.model}@${row.version}`;
    const expected = row.model === previous.model ? previous.version + 1 : 1;
    if (row.version !== expected) bad.push(`${name}: version ${expected} is missing`);
    previous = row;
    await note(bad, name, async () => {
      const envelope = toEnvelope(row.manifest);
      const manifest = await openDocument(envelope, manifestSchema, publicKey);
      const digest = await envelopeDigest(envelope);
      if (digest !== row.digest || manifest.model !== row.model || manifest.version !== row.version) {
        throw new HaversackError(
          'DocumentInvalid',
          `the manifest is of ${manifest.model}@${manifest.version}`,
        );
      }
      await verifyFiles({ database, blobs }, row, filesOf(manifest));
    });
  }
  return rows.length;
}

async function verifyVariants({ database, blobs, publicKey }: Checked, bad: string[]): Promise<void> {
  const rows = await database
    .selectFrom('variants')
    .innerJoin('versions', join =>
      join.onRef('versions.model', '=', 'variants.model').onRef('versions.version', '=', 'variants.version'),
    )
    .select([
      'variants.model',
      'variants.version',
      'variants.variant',
      'variants.document',
      'versions.digest',
    ])
    .execute();
  for (const row of rows) {
    await note(bad, `${row.model}@${row.version} ${row.variant}`, async () => {
      const variant = await openDocument(toEnvelope(row.document), variantSchema, publicKey);
      if (variant.versionDigest !== row.digest || variant.variant !== row.variant) {
        throw new HaversackError('DocumentInvalid', `it belongs to version ${variant.versionDigest}`);
      }
      await verifyFiles({ database, blobs }, row, [variant.file]);
    });
  }
}

async function verifyAliases({ database, publicKey }: Checked, bad: string[]): Promise<void> {
  for (const row of await database.selectFrom('aliases').selectAll().execute()) {
    await note(bad, `${row.model}@${row.alias}`, async () => {
      const alias = await openDocument(toEnvelope(row.document), aliasSchema, publicKey);
      requireOwn(alias, row);
    });
  }
}

async function verifyAliasHistory({ database, publicKey }: Checked, bad: string[]): Promise<void> {
  const rows = await database.selectFrom('alias_history').selectAll().execute();
  for (const { document, version, ...row } of rows) {
    await note(bad, `${row.model}@${row.alias}, revision ${row.revision}`, async () => {
      if (document === null || version === null) return;
      requireOwn(await openDocument(toEnvelope(document), aliasSchema, publicKey), { ...row, version });
    });
  }
}

function requireOwn(
  { model, alias, revision, version }: Alias,
  row: { model: string; alias: string; revision: number; version: number },
): void {
  if (model === row.model && alias === row.alias && revision === row.revision && version === row.version) {
    return;
  }
  throw new HaversackError(
    'DocumentInvalid',
    `the document is of ${model}@${alias}, revision ${revision}, and points at version ${version}`,
  );
}

/** Of a version that was collected, before or while this looks, nothing is left to be found. */
async function verifyFiles(
  { database, blobs }: Pick<Checked, 'database' | 'blobs'>,
  { model, version }: { model: string; version: number },
  files: readonly FileRef[],
): Promise<void> {
  const isCollected = async () => {
    const row = await database
      .selectFrom('versions')
      .select('collected_at')
      .where('model', '=', model)
      .where('version', '=', version)
      .executeTakeFirst();
    return Boolean(row?.collected_at);
  };
  if (await isCollected()) return;
  try {
    for (const file of files) await verifyFileRef(blobs, file);
  } catch (thrown) {
    if (!(await isCollected())) throw thrown;
  }
}

async function note(bad: string[], name: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (thrown) {
    const { code, detail } = toFailure(thrown);
    bad.push(`${name}: ${code} ${detail}`);
  }
}
