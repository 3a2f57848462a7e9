// Writing so that a power cut leaves the old file or the new one: temporary name, fsync, rename, fsync of the folder.
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Resolves when the bytes are on disk under `path`. `temporaryFolder` must be on the same file system. */
export async function writeDurably(
  path: string,
  bytes: Uint8Array,
  options: { mode?: number; temporaryFolder?: string } = {},
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(options.temporaryFolder ?? folder, `.${randomUUID()}.tmp`);
  try {
    await withHandle(temporary, 'wx', options.mode ?? 0o644, async handle => {
      await handle.writeFile(bytes);
      await handle.sync();
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** A copy with the same mode, which takes no room where the file system can share. The caller syncs the folder. */
export async function copyDurably(source: string, target: string): Promise<void> {
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    await copyFile(source, temporary, constants.COPYFILE_FICLONE);
    await syncFile(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** For a file that others have written. */
export async function syncFile(path: string): Promise<void> {
  // Windows syncs only what it may write; elsewhere that may be forbidden for a key.
  await withHandle(path, process.platform === 'win32' ? 'r+' : 'r', undefined, handle => handle.sync());
}

/** Makes a folder whose entry in its parent survives a power cut. */
export async function makeFolderDurably(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await syncFolder(dirname(path));
}

/** Windows cannot open a folder; its file systems order the rename by themselves. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await withHandle(path, 'r', undefined, handle => handle.sync());
}

async function withHandle(
  path: string,
  flags: string,
  mode: number | undefined,
  use: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags, mode);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
