// Files out of the chunks that arrived: nothing is joined before all of it is there and of the stated size.
import { createHash } from 'node:crypto';
import type { ChunkRef, FileRef } from '../../src/core/artifact/chunks.ts';
import { joinFile } from '../../src/core/artifact/chunks.ts';
import { type Bytes, type Digest, sha256 } from '../../src/core/artifact/digest.ts';
import { maxModelBytes } from '../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { BlobStore } from '../storage/blobs.ts';

/** A message names this many missing chunks at most. */
const maxNamed = 20;
/** How many files are looked at side by side. */
const lookups = 32;

export async function missingChunks(
  blobs: Pick<BlobStore, 'has'>,
  digests: readonly Digest[],
): Promise<Digest[]> {
  const missing: Digest[] = [];
  const unique = [...new Set(digests)];
  for (let start = 0; start < unique.length; start += lookups) {
    const batch = unique.slice(start, start + lookups);
    const there = await Promise.all(batch.map(digest => blobs.has(digest)));
    missing.push(...batch.filter((_, i) => !there[i]));
  }
  return missing;
}

/** The same for who is about to send a file: what is there stays there for the time that takes. */
export function missingForUpload(blobs: BlobStore, digests: readonly Digest[]): Promise<Digest[]> {
  return missingChunks({ has: digest => blobs.renew(digest) }, digests);
}

/** @throws HaversackError `ChunkMissing` */
export async function requireChunks(blobs: BlobStore, files: readonly FileRef[]): Promise<void> {
  const digests = files.flatMap(file => file.chunks.map(chunk => chunk.digest));
  const missing = await missingChunks(blobs, digests);
  if (missing.length === 0) return;
  const more = missing.length > maxNamed ? ` and ${missing.length - maxNamed} more` : '';
  throw new HaversackError('ChunkMissing', missing.slice(0, maxNamed).join(', ') + more);
}

/**
 * The file, checked against its digest.
 * @throws HaversackError `TooLarge`, `ChunkMissing`, `ChunkInvalid`
 */
export async function readFileRef(blobs: BlobStore, ref: FileRef): Promise<Bytes> {
  checkSizes(ref);
  const file = await joinFile(ref, chunk => readChunk(blobs, chunk));
  checkDigest(ref, await sha256(file));
  return file;
}

/**
 * Whether the file is whole and what it is named by, without holding it.
 * @throws HaversackError as `readFileRef`
 */
export async function verifyFileRef(blobs: BlobStore, ref: FileRef): Promise<void> {
  checkSizes(ref);
  const hash = createHash('sha256');
  for (const chunk of ref.chunks) hash.update(await readChunk(blobs, chunk));
  checkDigest(ref, hash.digest('hex'));
}

async function readChunk(blobs: BlobStore, chunk: ChunkRef): Promise<Bytes> {
  const bytes = await blobs.get(chunk.digest);
  if (!bytes) throw new HaversackError('ChunkMissing', chunk.digest);
  if (bytes.length !== chunk.bytes) {
    throw new HaversackError(
      'ChunkInvalid',
      `chunk ${chunk.digest} has ${bytes.length} bytes, stated is ${chunk.bytes}`,
    );
  }
  return bytes;
}

function checkSizes(ref: FileRef): void {
  if (ref.bytes > maxModelBytes) {
    throw new HaversackError(
      'TooLarge',
      `the file has ${ref.bytes} bytes, at most ${maxModelBytes} are taken`,
    );
  }
  const total = ref.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  if (total !== ref.bytes) {
    throw new HaversackError('ChunkInvalid', `the chunks make ${total} bytes, the file has ${ref.bytes}`);
  }
}

function checkDigest(ref: FileRef, digest: Digest): void {
  if (digest !== ref.digest) {
    throw new HaversackError('ChunkInvalid', `the chunks make a file ${digest}, stated is ${ref.digest}`);
  }
}
