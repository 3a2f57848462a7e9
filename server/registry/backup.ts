// A copy of a data folder that stands for itself, taken while the server runs, and a folder made of such a copy again.
import { randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import Libsql from 'libsql';
import { aliasSchema } from '../../src/core/artifact/documents.ts';
import { signDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { openDatabase } from '../storage/database.ts';
import { makeFolderDurably } from '../storage/durable.ts';
import { record } from './audit.ts';
import { contentOf, toText } from './documents.ts';
import { loadRegistryIdentity } from './key.ts';
import { type Verification, verifyData } from './verify.ts';

const databaseFile = 'registry.sqlite';
const chunksFolder = 'chunks';
/** The registry's and the admin's keys, the root documents, the local authority. */
const besides = (name: string) =>
  /^(registry|admin)[\w.-]*\.key$|^root[\w.-]*\.json$|^lan$|^roots$/.test(name);
/** Chunks that the snapshot names may be collected while they are copied: then it is taken again. */
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
 * Database first (a snapshot of one moment), then the chunks that were there by then; then all of it is verified.
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
    const sizes = await copyChunks(options);
    const found = await verifyData(folder);
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
  await rename(temporary, to);
}

async function copyBesides(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (!besides(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      await mkdir(target, { recursive: true, mode: 0o700 });
      for (const name of await readdir(source)) await copyWhole(join(source, name), join(target, name));
    } else {
      await copyWhole(source, target);
    }
  }
}

async function copyChunks({
  data,
  folder,
  onProgress,
  signal,
}: BackupOptions): Promise<Pick<Backup, 'bytes' | 'copiedBytes'>> {
  const chunks = await listChunks(join(data, chunksFolder));
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  let [done, copiedBytes] = [0, 0];
  for (const chunk of chunks) {
    if (signal?.aborted) throw new HaversackError('Aborted', 'stopped between two chunks');
    const [source, target] = [data, folder].map(of => join(of, chunksFolder, chunk.path)) as [string, string];
    if ((await sizeOf(target)) !== chunk.bytes && (await copyIfThere(source, target))) {
      copiedBytes += chunk.bytes;
    }
    done += chunk.bytes;
    onProgress?.(done, bytes);
  }
  return { bytes, copiedBytes };
}

async function listChunks(folder: string): Promise<{ path: string; bytes: number }[]> {
  const chunks: { path: string; bytes: number }[] = [];
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
    await copyWhole(source, target);
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return false;
    throw thrown;
  }
}

/** Under another name first. Keeps the mode, and takes no room where the file system can share. */
async function copyWhole(source: string, target: string): Promise<void> {
  const temporary = `${target}.${randomUUID()}.tmp`;
  await copyFile(source, temporary, constants.COPYFILE_FICLONE);
  await rename(temporary, target);
}

async function raiseRevisions(folder: string, now: () => Date): Promise<void> {
  const { signer } = await loadRegistryIdentity(folder, now);
  const database = await openDatabase(join(folder, databaseFile));
  try {
    await database.transaction().execute(async transaction => {
      for (const row of await transaction.selectFrom('aliases').selectAll().execute()) {
        const { model, alias, version } = row;
        const revision = row.revision + revisionStep;
        const content = { ...contentOf(row.document, aliasSchema), revision };
        const document = toText(await signDocument(content, signer));
        await transaction
          .updateTable('aliases')
          .set({ revision, document })
          .where('model', '=', model)
          .where('alias', '=', alias)
          .execute();
        const at = now();
        const why = 'restored from a backup';
        await transaction
          .insertInto('alias_history')
          .values({ model, alias, revision, version, document, at: at.toISOString(), who: 'registry', why })
          .execute();
        await record(transaction, at, {
          who: 'registry',
          what: 'alias',
          subject: `${model}@${alias}`,
          detail: `version ${version}, revision ${revision}, restored from a backup`,
        });
      }
    });
  } finally {
    await database.destroy();
  }
}
