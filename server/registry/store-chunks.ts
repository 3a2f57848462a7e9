// The chunks of a file that was made here, on disk.
import type { ChunkedFile } from '../../src/core/artifact/chunks.ts';
import type { BlobStore } from '../storage/blobs.ts';

/** Each waits for the disk to have it: several wait together. */
const parallelWrites = 8;

/** Resolves when all are durable. */
export async function storeChunks(blobs: BlobStore, { chunks }: Pick<ChunkedFile, 'chunks'>): Promise<void> {
  const left = [...chunks];
  const write = async () => {
    for (let next = left.pop(); next; next = left.pop()) await blobs.put(...next);
  };
  await Promise.all(Array.from({ length: parallelWrites }, write));
}
