// Chunks by digest. Knows bytes and names, not what they are part of.
import { readdir, readFile, rm, stat, unlink, utimes } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, type Digest, digestSchema, sha256 } from '../../src/core/artifact/digest.ts';
import { hourMs } from '../../src/core/durations.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { makeFolderDurably, writeDurably } from './durable.ts';
import { defaultReserveBytes, requireRoom } from './room.ts';

export interface BlobStore {
  has(digest: Digest): Promise<boolean>;
  /** Does not hash: what is stored was checked when it came, and whoever fetches it checks again. Null when absent. */
  get(digest: Digest): Promise<Bytes | null>;
  /**
   * Resolves when the bytes are durable. What the disk has damaged since it was put is mended by them.
   * @throws HaversackError `ChunkInvalid` when the digest is not theirs, `Unavailable` where the disk is nearly full
   */
  put(digest: Digest, bytes: Bytes): Promise<void>;
  /** Null when absent. */
  stat(digest: Digest): Promise<BlobStat | null>;
  /** Whether it is there; if it is, it counts as put just now (to the hour). */
  renew(digest: Digest): Promise<boolean>;
  /** Removes it, unless it was put since. Resolves to whether it was there and is no more. */
  delete(digest: Digest, putBeforeMs: number): Promise<boolean>;
  /** Every digest that is stored, in no order. */
  list(): AsyncIterable<Digest>;
}

export interface BlobStat {
  readonly bytes: number;
  /** When it was last put, in milliseconds since 1970: what is old and nobody’s may go. */
  readonly putAtMs: number;
}

/** `renew` writes no time for what was put less long ago than this. */
const renewedMs = hourMs;
/** Files `<folder>/ab/cdef…`. */
export class FileBlobs implements BlobStore {
  readonly #folder: string;
  readonly #temporaryFolder: string;
  readonly #reserveBytes: number;
  readonly #prefixes = new Set<string>();
  /** One change a digest at a time: what is put or renewed is not deleted by who looked before. */
  readonly #turns = new Map<Digest, Promise<unknown>>();

  /** The folder is made if absent; what a killed process left half-written in it is removed. */
  static async open(folder: string, reserveBytes?: number): Promise<FileBlobs> {
    const temporaryFolder = join(folder, 'tmp');
    await rm(temporaryFolder, { recursive: true, force: true });
    mkdirSync(temporaryFolder, { recursive: true });
    return new FileBlobs(folder, temporaryFolder, reserveBytes);
  }

  /** For looking only: touches nothing, so that a running server does not mind. */
  static reader(folder: string): FileBlobs {
    return new FileBlobs(folder, join(folder, 'tmp'));
  }

  private constructor(folder: string, temporaryFolder: string, reserveBytes = defaultReserveBytes) {
    this.#reserveBytes = reserveBytes;
    this.#folder = folder;
    this.#temporaryFolder = temporaryFolder;
  }

  async has(digest: Digest): Promise<boolean> {
    return (await this.stat(digest)) !== null;
  }

  async stat(digest: Digest): Promise<BlobStat | null> {
    try {
      const { size, mtimeMs } = await stat(this.#path(digest));
      return { bytes: size, putAtMs: mtimeMs };
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  async get(digest: Digest): Promise<Bytes | null> {
    try {
      return await readFile(this.#path(digest));
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  async put(digest: Digest, bytes: Bytes): Promise<void> {
    const actual = await sha256(bytes);
    if (actual !== digest) {
      throw new HaversackError('ChunkInvalid', `got digest ${actual}, wanted ${digest}`);
    }
    await this.#inTurn(digest, async () => {
      if (!((await this.#holds(digest, bytes)) && (await this.#renew(digest))))
        await this.#write(digest, bytes);
    });
  }

  renew(digest: Digest): Promise<boolean> {
    return this.#inTurn(digest, () => this.#renew(digest));
  }

  delete(digest: Digest, putBeforeMs: number): Promise<boolean> {
    return this.#inTurn(digest, async () => {
      const found = await this.stat(digest);
      if (!found || found.putAtMs >= putBeforeMs) return false;
      await unlink(this.#path(digest));
      return true;
    });
  }

  async *list(): AsyncIterable<Digest> {
    for (const prefix of await readdir(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
      for (const rest of await readdir(join(this.#folder, prefix))) {
        if (digestSchema.safeParse(prefix + rest).success) yield prefix + rest;
      }
    }
  }

  /** Whether the disk has them, as they are. */
  async #holds(digest: Digest, bytes: Bytes): Promise<boolean> {
    const stored = await this.get(digest);
    return stored !== null && Buffer.compare(stored, bytes) === 0;
  }

  async #renew(digest: Digest): Promise<boolean> {
    const found = await this.stat(digest);
    if (!found) return false;
    const now = new Date();
    if (now.getTime() - found.putAtMs > renewedMs) await utimes(this.#path(digest), now, now);
    return true;
  }

  async #inTurn<T>(digest: Digest, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(digest) ?? Promise.resolve()).then(work, work);
    this.#turns.set(digest, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(digest) === turn) this.#turns.delete(digest);
    }
  }

  async #write(digest: Digest, bytes: Bytes): Promise<void> {
    await requireRoom(this.#folder, 0, this.#reserveBytes);
    const prefix = digest.slice(0, 2);
    if (!this.#prefixes.has(prefix)) {
      await makeFolderDurably(join(this.#folder, prefix));
      this.#prefixes.add(prefix);
    }
    await writeDurably(this.#path(digest), bytes, { temporaryFolder: this.#temporaryFolder });
  }

  #path(digest: Digest): string {
    return join(this.#folder, digest.slice(0, 2), digest.slice(2));
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
