// Uploads on their way in: a folder of their own each, gone when the request is. Nothing in here is a version.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../../src/core/artifact/digest.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { requireRoom } from '../storage/room.ts';

/** Uploads that arrive at the same time; each may fill gigabytes. */
const maxUploads = 4;
/** The disk is looked at anew after so many bytes. */
const lookEveryBytes = 64 * 2 ** 20;

export interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly digest: Digest;
}

export class UploadFolder {
  readonly #folder: string;
  #running = 0;

  /** Made if absent; what a killed server left in it is removed. */
  static async open(folder: string): Promise<UploadFolder> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new UploadFolder(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * A folder for as long as `work` takes.
   * @throws HaversackError `Unavailable` where too many uploads arrive already, and what `work` throws
   */
  async use<T>(work: (folder: string) => Promise<T>): Promise<T> {
    if (this.#running >= maxUploads) {
      throw new HaversackError('Unavailable', `${this.#running} uploads arrive already`);
    }
    this.#running += 1;
    try {
      const folder = await mkdtemp(join(this.#folder, 'upload-'));
      try {
        return await work(folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    } finally {
      this.#running -= 1;
    }
  }
}

/**
 * Writes a stream to a new file, hashed as it comes and held nowhere.
 * @throws HaversackError `TooLarge` above `maxBytes`, `Unavailable` where the disk is nearly full, `BadRequest` where the
 *   stream breaks off
 */
export async function writeStream(stream: Readable, path: string, maxBytes: number): Promise<Written> {
  const hash = createHash('sha256');
  let bytes = 0;
  let looked = -lookEveryBytes;
  const meter = new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      if (bytes > maxBytes) {
        done(new HaversackError('TooLarge', `the file has more than ${maxBytes} bytes`));
        return;
      }
      hash.update(part);
      if (bytes - looked < lookEveryBytes) {
        done(null, part);
        return;
      }
      looked = bytes;
      requireRoom(join(path, '..')).then(
        () => done(null, part),
        (error: unknown) => done(error as Error),
      );
    },
  });
  try {
    await pipeline(stream, meter, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    if (error instanceof HaversackError) throw error;
    if (stream.errored) {
      throw new HaversackError('BadRequest', `the upload broke off after ${bytes} bytes`, { cause: error });
    }
    throw error;
  }
  return { path, bytes, digest: hash.digest('hex') };
}
