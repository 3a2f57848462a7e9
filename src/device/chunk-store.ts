// Verified bytes by digest: nothing gets in, and nothing comes out, that does not have the digest it is named by.
import { type ChunkRef, type FileRef, maxChunkBytes, verifyChunk } from '../core/artifact/chunks.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import type { Database } from './db.ts';
import { storing } from './storage-error.ts';

/** Chunks read and hashed at a time while a file is joined: bounds the memory beside the file itself. */
const readWindow = 8;

/**
 * Checks and stores a chunk in a transaction of its own, so that a kill loses at most the chunks under way.
 * @throws HaversackError `ChunkInvalid`, `QuotaExceeded`, `StorageFailed`
 */
export async function putChunk(db: Database, ref: ChunkRef, bytes: Bytes): Promise<void> {
  await verifyChunk(bytes, ref);
  await keepChunk(db, ref, bytes);
}

/**
 * Stores a chunk that was checked just now by whoever brought it: to hash it once more would make a fast line wait.
 * @throws HaversackError `QuotaExceeded`, `StorageFailed`
 */
export async function keepChunk(db: Database, ref: ChunkRef, bytes: Bytes): Promise<void> {
  await storing(() => db.put('chunks', { digest: ref.digest, bytes: ownBuffer(bytes) }));
}

/** A view would be stored with the whole buffer that is behind it. */
export function ownBuffer(bytes: Bytes): ArrayBuffer {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}

/** Every chunk once. */
export function chunksOf(files: Iterable<FileRef>): ChunkRef[] {
  const refs = new Map<string, ChunkRef>();
  for (const file of files) for (const chunk of file.chunks) refs.set(chunk.digest, chunk);
  return [...refs.values()];
}

/** Those of `refs` that are not here. */
export async function missingChunks(db: Database, refs: readonly ChunkRef[]): Promise<ChunkRef[]> {
  return storing(async () => {
    const { store } = db.transaction('chunks');
    const keys = await Promise.all(refs.map(ref => store.getKey(ref.digest)));
    return refs.filter((_ref, i) => keys[i] === undefined);
  });
}

/**
 * A chunk, hashed again after reading. A damaged one is thrown away, so that the next pull brings it back.
 * @throws HaversackError `NotInstalled`, `ChunkInvalid`
 */
export async function readChunk(db: Database, ref: ChunkRef): Promise<Bytes> {
  return checked(db, ref, await storing(() => db.get('chunks', ref.digest)));
}

/**
 * A file, joined from its chunks. The caller owns the copy.
 * @throws HaversackError `NotInstalled`, `ChunkInvalid`
 */
export async function readFile(db: Database, { bytes: size, chunks }: FileRef): Promise<Bytes> {
  const file = new Uint8Array(size);
  let offset = 0;
  for (let start = 0; start < chunks.length; start += readWindow) {
    for (const chunk of await readSome(db, chunks.slice(start, start + readWindow))) {
      if (offset + chunk.length > size) throw wrongSize(offset + chunk.length, size);
      file.set(chunk, offset);
      offset += chunk.length;
    }
  }
  if (offset !== size) throw wrongSize(offset, size);
  return file;
}

/**
 * A file as its chunks, in order. The caller owns them, and may give their memory back (`ArrayBuffer.prototype.transfer`); a
 * chunk that lies in the file twice is there twice.
 * @throws HaversackError `NotInstalled`, `ChunkInvalid`
 */
export async function readPieces(db: Database, { bytes: size, chunks }: FileRef): Promise<Bytes[]> {
  const pieces: Bytes[] = [];
  const scratch = Array.from(
    { length: Math.min(readWindow, chunks.length) },
    () => new Uint8Array(maxChunkBytes),
  );
  for (let start = 0; start < chunks.length; start += readWindow) {
    pieces.push(...(await readSome(db, chunks.slice(start, start + readWindow), scratch)));
  }
  const got = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (got !== size) throw wrongSize(got, size);
  return pieces;
}

/** @param scratch where chunks are hashed, one each; in their own place where there is none */
async function readSome(
  db: Database,
  refs: readonly ChunkRef[],
  scratch: readonly Bytes[] = [],
): Promise<Bytes[]> {
  const rows = await storing(() => {
    const { store } = db.transaction('chunks');
    return Promise.all(refs.map(ref => store.get(ref.digest)));
  });
  return Promise.all(refs.map((ref, i) => checked(db, ref, rows[i], scratch[i])));
}

/**
 * In Chromium 156 a buffer whose content WebCrypto has seen keeps its memory when it is transferred, until nothing refers to
 * it and the collector has come around. One that only a copy of was hashed gives it back at once.
 */
async function checked(db: Database, ref: ChunkRef, row: unknown, scratch?: Bytes): Promise<Bytes> {
  if (row === undefined) {
    throw new HaversackError('NotInstalled', `chunk ${ref.digest.slice(0, 12)} is not here`);
  }
  const { bytes } = row as { bytes?: unknown };
  const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : new Uint8Array(0);
  try {
    await verifyChunk(scratch ? copied(view, scratch) : view, ref);
  } catch (thrown) {
    await storing(() => db.delete('chunks', ref.digest));
    throw thrown;
  }
  return view;
}

/** What is too long for it is no chunk, and is hashed where it lies. */
function copied(bytes: Bytes, into: Bytes): Bytes {
  if (bytes.length > into.length) return bytes;
  into.set(bytes);
  return into.subarray(0, bytes.length);
}

function wrongSize(got: number, wanted: number): HaversackError {
  return new HaversackError('ChunkInvalid', `the chunks make ${got} bytes, wanted ${wanted}`);
}
