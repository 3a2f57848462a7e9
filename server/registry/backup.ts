// A copy of a data folder that stands for itself, taken while the server runs, and a folder made of such a copy again.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Kysely } from 'kysely';
import Libsql from 'libsql';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { aliasSchema } from '../../src/core/artifact/documents.ts';
import { signDocument, type Signer } from '../../src/core/artifact/signature.ts';
import { HaversackError, toFailure } from '../../src/core/errors.ts';
import { openDatabase } from '../storage/database.ts';
import { copyDurably, makeFolderDurably, syncFile, syncFolder } from '../storage/durable.ts';
import type { Tables } from '../storage/tables.ts';
import { recordRevision, restored } from './alias-history.ts';
import { record } from './audit.ts';
import { contentOf, toText } from './documents.ts';
import { readRegistryIdentity } from './key.ts';
import { type Verification, verifyData } from './verify.ts';

const databaseFile = 'registry.sqlite';
const chunksFolder = 'chunks';
/** The registry's and the admin's keys (of that, the hash, where it was taken away), the root documents, the local authority. */
const besides = (name: string) =>
  /^(registry|admin)[\w.-]*\.key$|^admin\.key\.sha256$|^root[\w.-]*\.json$|^lan$/.test(name);
/** Chunks that the snapshot names may be collected while they are copied, keys changed: then it is taken again. */
const maxTries = 3;
/**
 * Devices refuse an alias below the highest revision they saw, and may have seen some that the backup has not: after it
 * was restored, revisions go on well above.
 */
const revisionStep = 1000;

export interface Backup extends Verification {
  /** Of all chunks in it. */
  readonly bytes: number;
  /** Of those that were not in the folder before: a backup over an older one copies what is new. */
  readonly copiedBytes: number;
}

export interface BackupOptions {
  /** The data folder, whose server may run. */
  readonly data: string;
  /** Made if absent, or an older backup of the same registry. */
  readonly folder: string;
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Database first (a snapshot of one moment), then the chunks that were there by then; then all of it is verified, and on
 * the disk.
 * @throws HaversackError `NotFound` (no registry), `Conflict` (another registry's backup), `ChunkInvalid` (what is bad)
 */
export async function backUp(options: BackupOptions): Promise<Backup> {
  const { data, folder } = options;
  if (!existsSync(join(data, databaseFile)))
    throw new HaversackError('NotFound', `${data} holds no registry`);
  await refuseOther(data, folder);
  await mkdir(join(folder, chunksFolder), { recursive: true, mode: 0o700 });
  for (let tries = 1; ; tries += 1) {
    await snapshot(join(data, databaseFile), join(folder, databaseFile));
    await copyBesides(data, folder);
    // What an older backup has is believed by its size at first, and hashed where that was not good enough.
    const sizes = await copyChunks(options, tries > 1);
    await syncFolder(folder);
    const found = await verifyCopy(folder);
    if (found.bad.length === 0) return { ...found, ...sizes };
    if (tries === maxTries) throw new HaversackError('ChunkInvalid', found.bad.slice(0, 5).join('; '));
  }
}

/**
 * A data folder out of a backup, which stays as it is. Aliases go on at higher revisions than any device can have seen.
 * @param data must not hold a registry
 * @throws HaversackError `NotFound`, `Conflict` (there is one already), `ChunkInvalid` (the backup is bad)
 */
export async function restore(options: {
  readonly folder: string;
  readonly data: string;
  readonly now: () => Date;
  readonly onProgress?: BackupOptions['onProgress'];
  readonly signal?: AbortSignal | undefined;
}): Promise<Backup> {
  const { folder, data, now } = options;
  if (existsSync(data) && (await readdir(data)).length > 0) {
    throw new HaversackError(
      'Conflict',
      `${data} is not empty; a registry is restored into a folder of its own`,
    );
  }
  const whole = join(dirname(data), `.${basename(data)}-${randomUUID()}.restoring`);
  try {
    const backup = await backUp({ ...options, data: folder, folder: whole });
    await raiseRevisions(whole, now);
    await rm(data, { recursive: true, force: true });
    await rename(whole, data);
    await makeFolderDurably(data);
    return backup;
  } catch (thrown) {
    await rm(whole, { recursive: true, force: true });
    throw thrown;
  }
}

async function refuseOther(data: string, folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const names = await readdir(folder);
  if (names.length === 0) return;
  const keyOf = (of: string) => readFile(join(of, 'root.json'), 'utf8').catch(() => null);
  const [own, there] = await Promise.all([keyOf(data), keyOf(folder)]);
  const sameRoot = own !== null && there !== null && firstKey(own) === firstKey(there);
  if (!sameRoot && !names.every(name => name.startsWith('.'))) {
    throw new HaversackError('Conflict', `${folder} is neither empty nor a backup of this registry`);
  }
}

/** The folder's registry by what it has been called from its first day on: the key of its first root. */
function firstKey(root: string): string {
  const { signed } = JSON.parse(root) as { signed: { keys: { keyId: string }[] } };
  return signed.keys[0]!.keyId;
}

async function verifyCopy(folder: string): Promise<Verification> {
  try {
    const found = await verifyData(folder);
    await readRegistryIdentity(folder);
    return found;
  } catch (thrown) {
    return { chunks: 0, versions: 0, bad: [toFailure(thrown).detail] };
  }
}

/** SQLite's own: one consistent moment, also while others write (`VACUUM INTO`). */
async function snapshot(from: string, to: string): Promise<void> {
  const temporary = `${to}.${randomUUID()}.tmp`;
  const file = new Libsql(from, { readonly: true, fileMustExist: true });
  try {
    file.pragma('busy_timeout = 5000');
    file.prepare('VACUUM INTO ?').run(temporary);
  } finally {
    file.close();
  }
  await syncFile(temporary);
  await rename(temporary, to);
}

/** What is not there any more goes from an older backup too: a key that was replaced is not to come back. */
async function copyBesides(from: string, to: string): Promise<void> {
  const entries = (await readdir(from, { withFileTypes: true })).filter(({ name }) => besides(name));
  const names = new Set(entries.map(({ name }) => name));
  for (const name of await readdir(to)) {
    if (besides(name) && !names.has(name)) await rm(join(to, name), { recursive: true });
  }
  for (const entry of entries) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(target, { recursive: true, mode: 0o700 });
      for (const name of await readdir(source)) await copyDurably(join(source, name), join(target, name));
      await syncFolder(target);
    } else {
      await copyIfThere(source, target);
    }
  }
}

async function copyChunks(
  { data, folder, onProgress, signal }: BackupOptions,
  hashed: boolean,
): Promise<Pick<Backup, 'bytes' | 'copiedBytes'>> {
  const chunks = await listChunks(join(data, chunksFolder));
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  let [done, copiedBytes] = [0, 0];
  const touched = new Set<string>();
  for (const chunk of chunks) {
    if (signal?.aborted) throw new HaversackError('Aborted', 'stopped between two chunks');
    const [source, target] = [data, folder].map(of => join(of, chunksFolder, chunk.path)) as [string, string];
    if (!(await isThere(target, chunk, hashed)) && (await copyIfThere(source, target))) {
      touched.add(dirname(target));
      copiedBytes += chunk.bytes;
    }
    done += chunk.bytes;
    onProgress?.(done, bytes);
  }
  for (const place of touched) await syncFolder(place);
  await syncFolder(join(folder, chunksFolder));
  return { bytes, copiedBytes };
}

async function isThere(target: string, { path, bytes }: StoredChunk, hashed: boolean): Promise<boolean> {
  if ((await sizeOf(target)) !== bytes) return false;
  return !hashed || (await sha256(await readFile(target))) === path.replace(/[\\/]/, '');
}

interface StoredChunk {
  /** `ab/cdef…` */
  readonly path: string;
  readonly bytes: number;
}

async function listChunks(folder: string): Promise<StoredChunk[]> {
  const chunks: StoredChunk[] = [];
  for (const prefix of await readdir(folder)) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
    for (const name of await readdir(join(folder, prefix))) {
      const bytes = await sizeOf(join(folder, prefix, name));
      if (bytes !== null) chunks.push({ path: join(prefix, name), bytes });
    }
  }
  return chunks;
}

async function sizeOf(path: string): Promise<number | null> {
  return (await stat(path).catch(() => null))?.size ?? null;
}

/** False where it was collected meanwhile: whether it is missed is for the verification to say. */
async function copyIfThere(source: string, target: string): Promise<boolean> {
  try {
    await mkdir(dirname(target), { recursive: true });
    await copyDurably(source, target);
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return false;
    throw thrown;
  }
}

async function raiseRevisions(folder: string, now: () => Date): Promise<void> {
  const identity = await readRegistryIdentity(folder);
  const database = await openDatabase(join(folder, databaseFile));
  try {
    await database.transaction().execute(async transaction => {
      for (const name of await namesEverUsed(transaction)) {
        await raise(transaction, name, identity!.signer, now());
      }
    });
  } finally {
    await database.destroy();
  }
}

interface AliasName {
  readonly model: string;
  readonly alias: string;
  /** The highest it had. */
  readonly last: number;
}

/** Those removed too: made again, they are to go on counting. */
function namesEverUsed(transaction: Kysely<Tables>): Promise<AliasName[]> {
  return transaction
    .selectFrom('alias_history')
    .select(({ fn }) => ['model', 'alias', fn.max('revision').as('last')] as const)
    .groupBy(['model', 'alias'])
    .execute();
}

async function raise(
  transaction: Kysely<Tables>,
  { model, alias, last }: AliasName,
  signer: Signer,
  now: Date,
): Promise<void> {
  const live = await transaction
    .selectFrom('aliases')
    .select(['version', 'document'])
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst();
  const revision = last + revisionStep;
  const content = live && { ...contentOf(live.document, aliasSchema), revision };
  const document = content ? toText(await signDocument(content, signer)) : null;
  if (document !== null) {
    await transaction
      .updateTable('aliases')
      .set({ revision, document })
      .where('model', '=', model)
      .where('alias', '=', alias)
      .execute();
  }
  const version = live?.version ?? null;
  await recordRevision(transaction, {
    model,
    alias,
    revision,
    version,
    document,
    at: now.toISOString(),
    ...restored,
  });
  await record(transaction, now, {
    who: 'registry',
    what: 'alias',
    subject: `${model}@${alias}`,
    detail: `${version === null ? 'removed' : `version ${version}`}, revision ${revision}, ${restored.why}`,
  });
}
