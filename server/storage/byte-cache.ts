// Bytes that can be made again, kept on the disk within a limit: what was used longest ago goes first. Losing it, or a part
// of it, loses nothing; what a power cut left damaged reads as absent.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '../../src/core/artifact/digest.ts';

export interface ByteCacheOptions {
  readonly maxBytes: number;
  /** Left free on the disk: nothing is kept where less is left. */
  readonly reserveBytes?: number;
}

const defaultReserveBytes = 256 * 2 ** 20;
const hashBytes = 32;
const temporary = '.tmp';

/** One process at a time. Files `<folder>/<key>`: SHA-256 of the bytes, then the bytes. */
export class ByteCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #reserveBytes: number;
  /** Key → bytes on the disk; what was used last is last. */
  readonly #entries = new Map<string, number>();
  #bytes = 0;
  #opening: Promise<void> | null = null;

  /** Nothing is read or made before it is first used. */
  constructor(folder: string, { maxBytes, reserveBytes = defaultReserveBytes }: ByteCacheOptions) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#reserveBytes = reserveBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param key of letters, digits, `-` */
  async get(key: string): Promise<Bytes | null> {
    await this.#open();
    const size = this.#entries.get(key);
    if (size === undefined) return null;
    this.#note(key, size);
    const file = await readFile(this.#path(key)).catch(() => null);
    const bytes = file?.subarray(hashBytes);
    if (bytes && file && hashOf(bytes).equals(file.subarray(0, hashBytes))) return bytes;
    await this.#remove(key);
    return null;
  }

  /** Rejects where it cannot be written: the caller has the bytes all the same. */
  async set(key: string, bytes: Bytes): Promise<void> {
    await this.#open();
    const size = hashBytes + bytes.length;
    if (size > this.#maxBytes || !(await this.#hasRoom())) return;
    const path = join(this.#folder, `${randomUUID()}${temporary}`);
    try {
      await writeFile(path, [hashOf(bytes), bytes]);
      await rename(path, this.#path(key));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    this.#note(key, size);
    await this.#shrink();
  }

  #open(): Promise<void> {
    return (this.#opening ??= this.#read());
  }

  /** What was written last counts as used last. */
  async #read(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const found: { name: string; size: number; at: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith(temporary)) await rm(join(this.#folder, name), { force: true });
      else {
        const { size, mtimeMs } = await stat(join(this.#folder, name));
        found.push({ name, size, at: mtimeMs });
      }
    }
    for (const { name, size } of found.sort((a, b) => a.at - b.at)) this.#note(name, size);
    await this.#shrink();
  }

  #note(key: string, size: number): void {
    this.#bytes += size - (this.#entries.get(key) ?? 0);
    this.#entries.delete(key);
    this.#entries.set(key, size);
  }

  async #shrink(): Promise<void> {
    for (const key of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      await this.#remove(key);
    }
  }

  async #remove(key: string): Promise<void> {
    this.#bytes -= this.#entries.get(key) ?? 0;
    this.#entries.delete(key);
    await rm(this.#path(key), { force: true });
  }

  async #hasRoom(): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize >= this.#reserveBytes;
  }

  #path(key: string): string {
    return join(this.#folder, key);
  }
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
