// Chunks by digest. Knows bytes and names, not what they are part of.
import { readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, type Digest, digestSchema, sha256 } from '../../src/core/artifact/digest.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { makeFolderDurably, writeDurably } from './durable.ts';

export interface BlobStore {
  has(digest: Digest): Promise<boolean>;
  /** Does not hash: what is stored was checked when it came, and whoever fetches it checks again. Null when absent. */
  get(digest: Digest): Promise<Bytes | null>;
  /**
   * Resolves when the bytes are durable.
   * @throws HaversackError `ChunkInvalid` when the digest is not theirs, `Unavailable` where the disk is nearly full
   */
  put(digest: Digest, bytes: Bytes): Promise<void>;
  /** Every digest that is stored, in no order. */
  list(): AsyncIterable<Digest>;
}

/** Left free on the disk, for the database and for whatever else lives there. */
const defaultReserveBytes = 128 * 2 ** 20;

/** Files `<folder>/ab/cdef…`. */
export class FileBlobs implements BlobStore {
  readonly #folder: string;
  readonly #temporaryFolder: string;
  readonly #reserveBytes: number;
  readonly #prefixes = new Set<string>();
  /** One write a digest at a time: the second waits for the first to be durable. */
  readonly #writing = new Map<Digest, Promise<void>>();

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
    try {
      return (await stat(this.#path(digest))).isFile();
    } catch (error) {
      if (isAbsent(error)) return false;
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
    const running = this.#writing.get(digest);
    if (running) return running;
    const writing = this.#write(digest, bytes).finally(() => this.#writing.delete(digest));
    this.#writing.set(digest, writing);
    return writing;
  }

  async *list(): AsyncIterable<Digest> {
    for (const prefix of await readdir(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
      for (const rest of await readdir(join(this.#folder, prefix))) {
        if (digestSchema.safeParse(prefix + rest).success) yield prefix + rest;
      }
    }
  }

  async #write(digest: Digest, bytes: Bytes): Promise<void> {
    if (await this.has(digest)) return;
    await this.#requireRoom();
    const prefix = digest.slice(0, 2);
    if (!this.#prefixes.has(prefix)) {
      await makeFolderDurably(join(this.#folder, prefix));
      this.#prefixes.add(prefix);
    }
    await writeDurably(this.#path(digest), bytes, { temporaryFolder: this.#temporaryFolder });
  }

  async #requireRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize < this.#reserveBytes) {
      const mebibytes = Math.round(this.#reserveBytes / 2 ** 20);
      throw new HaversackError('Unavailable', `the registry’s disk has less than ${mebibytes} MiB left`);
    }
  }

  #path(digest: Digest): string {
    return join(this.#folder, digest.slice(0, 2), digest.slice(2));
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
