// How a file is cut into chunks: at its tensors' borders, so that two versions share the chunks of tensors that did not
// move. Knows ranges, not ONNX.
import { HaversackError } from '../errors.ts';
import { z } from '../zod.ts';
import { type Bytes, digestSchema, sha256 } from './digest.ts';

/** No chunk is larger. */
export const maxChunkBytes = 1 << 20;
/** A tensor at least this large has chunks of its own; smaller neighbours share one. */
export const ownChunkBytes = 4096;
/** A file may have this many chunks at most (64 GiB at full size). */
export const maxChunks = 65_536;

export const chunkRefSchema = z.object({
  digest: digestSchema,
  bytes: z.number().int().min(1).max(maxChunkBytes),
});
export type ChunkRef = z.infer<typeof chunkRefSchema>;

/** A file as a list of chunks: joined in order they are the file, byte for byte, and have its digest. */
export const fileRefSchema = z.object({
  digest: digestSchema,
  bytes: z.number().int().min(1),
  chunks: z.array(chunkRefSchema).min(1).max(maxChunks),
});
export type FileRef = z.infer<typeof fileRefSchema>;

/** Where a tensor's bytes lie in a file. */
export interface ByteRange {
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Cuts `[0, fileBytes)` at the borders of `tensors` (sorted, disjoint, inside the file). Tensors of `ownChunkBytes` and
 * more are cut from their own start in steps of `maxChunkBytes`; all between two of them is cut in the same steps.
 */
export function cut(fileBytes: number, tensors: readonly ByteRange[]): ByteRange[] {
  const borders: number[] = [0];
  for (const { offset, bytes } of tensors) {
    if (offset < borders[borders.length - 1]! || offset + bytes > fileBytes) {
      throw new RangeError(
        `cut: tensor at ${offset}+${bytes} overlaps its neighbour or leaves the file of ${fileBytes}`,
      );
    }
    if (bytes >= ownChunkBytes) borders.push(offset, offset + bytes);
  }
  borders.push(fileBytes);
  return borders.slice(1).flatMap((end, i) => steps(borders[i]!, end));
}

function steps(start: number, end: number): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (let offset = start; offset < end; offset += maxChunkBytes) {
    ranges.push({ offset, bytes: Math.min(maxChunkBytes, end - offset) });
  }
  return ranges;
}

export interface ChunkedFile {
  readonly ref: FileRef;
  /** Digest → the chunk's bytes: views into the file, not copies. */
  readonly chunks: ReadonlyMap<string, Bytes>;
}

/** Cuts and hashes a file. `tensors` is empty for what is not a model. */
export async function chunkFile(file: Bytes, tensors: readonly ByteRange[] = []): Promise<ChunkedFile> {
  const chunks = new Map<string, Bytes>();
  const refs: ChunkRef[] = [];
  for (const { offset, bytes } of cut(file.length, tensors)) {
    const view = file.subarray(offset, offset + bytes);
    const digest = await sha256(view);
    chunks.set(digest, view);
    refs.push({ digest, bytes });
  }
  return { ref: { digest: await sha256(file), bytes: file.length, chunks: refs }, chunks };
}

/** @throws HaversackError `ChunkInvalid` unless the bytes have the size (looked at first) and the digest of `ref`. */
export async function verifyChunk(bytes: Bytes, ref: ChunkRef): Promise<void> {
  if (bytes.length !== ref.bytes) {
    throw new HaversackError(
      'ChunkInvalid',
      `chunk ${ref.digest.slice(0, 12)} has ${bytes.length} bytes, wanted ${ref.bytes}`,
    );
  }
  const actual = await sha256(bytes);
  if (actual !== ref.digest) {
    throw new HaversackError(
      'ChunkInvalid',
      `chunk ${ref.digest.slice(0, 12)} has digest ${actual.slice(0, 12)}`,
    );
  }
}

/** Joins chunks in the order of `ref`. The result is a copy. `get` may throw for a chunk that is missing. */
export async function joinFile(ref: FileRef, get: (chunk: ChunkRef) => Promise<Bytes>): Promise<Bytes> {
  const file = new Uint8Array(ref.bytes);
  let offset = 0;
  for (const chunk of ref.chunks) {
    const bytes = await get(chunk);
    if (bytes.length !== chunk.bytes || offset + bytes.length > ref.bytes) {
      throw new HaversackError(
        'ChunkInvalid',
        `chunk ${chunk.digest.slice(0, 12)} has ${bytes.length} bytes, wanted ${chunk.bytes}`,
      );
    }
    file.set(bytes, offset);
    offset += bytes.length;
  }
  if (offset !== ref.bytes)
    throw new HaversackError('ChunkInvalid', `the chunks make ${offset} bytes, wanted ${ref.bytes}`);
  return file;
}
