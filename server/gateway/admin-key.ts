// The admin's key: made once, kept in a file that only its owner reads, compared by its hash.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../storage/durable.ts';

export interface AdminKey {
  readonly path: string;
  /** The key itself the first time, for printing it once; null ever after. */
  readonly fresh: string | null;
  matches(token: string): boolean;
}

/**
 * `admin.key` may be taken away to a safer place: its hash stays beside it and goes on being good. Putting another key
 * into the file replaces the old one at the next start.
 */
export async function loadAdminKey(folder: string): Promise<AdminKey> {
  const path = join(folder, 'admin.key');
  const hashPath = join(folder, 'admin.key.sha256');
  const key = await readText(path);
  const stored = await readText(hashPath);
  if (key !== null) {
    const hash = hashOf(key);
    if (stored !== hash.toString('hex')) await writeHash(hashPath, hash);
    return { path, fresh: null, matches: matcher(hash) };
  }
  if (stored !== null) return { path, fresh: null, matches: matcher(Buffer.from(stored, 'hex')) };
  const fresh = `hvs_${randomBytes(32).toString('base64url')}`;
  // The key before its hash: a hash alone, after a crash in between, would be of a key that nobody has.
  await writeDurably(path, Buffer.from(`${fresh}\n`), { mode: 0o600 });
  await writeHash(hashPath, hashOf(fresh));
  return { path, fresh, matches: matcher(hashOf(fresh)) };
}

function matcher(hash: Buffer): (token: string) => boolean {
  return token => timingSafeEqual(hashOf(token), hash);
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function writeHash(path: string, hash: Buffer): Promise<void> {
  return writeDurably(path, Buffer.from(hash.toString('hex')), { mode: 0o600 });
}

async function readText(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
