// Many chunks out of one answer: each is checked as it comes, and handed on before the next is looked at.
import { frameBytes, FrameReader, openFrame } from '../core/artifact/chunk-frames.ts';
import type { ChunkRef } from '../core/artifact/chunks.ts';
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import { chunkFramesType, type FileName } from '../core/artifact/registry-api.ts';
import { HaversackError } from '../core/errors.ts';
import { eachPart } from './each-part.ts';

export interface ChunkBatch {
  /** The file that they are of; null: no variant's. */
  readonly of: FileName | null;
  /** Digests of files that are here whole, of the same model: the more alike the better. */
  readonly have: readonly Digest[];
  /** A chunk of one of those; null where it has gone. */
  readonly readBase: (digest: Digest) => Promise<Bytes | null>;
  /** Awaited before the next chunk is taken. @param wireBytes what it was on the line */
  readonly onChunk: (ref: ChunkRef, bytes: Bytes, wireBytes: number) => Promise<void> | void;
}

/**
 * Resolves to those that did not come: the registry lacks them, or what came did not make them (a base that is not the
 * registry's). They can be asked for one by one.
 * @throws HaversackError `ChunkInvalid` where the answer is no row of frames, `NotFound` where it is something else, `Offline`
 */
export async function readBatch(
  response: Response,
  refs: readonly ChunkRef[],
  { readBase, onChunk }: Pick<ChunkBatch, 'readBase' | 'onChunk'>,
  onBytes: () => void,
): Promise<ChunkRef[]> {
  const type = response.headers.get('content-type');
  if (type !== chunkFramesType) {
    throw new HaversackError('NotFound', `a batch of chunks is answered with ${type ?? 'nothing'}`);
  }
  const left = new Map(refs.map(ref => [ref.digest, ref]));
  const frames = new FrameReader(refs);
  await eachPart(response, async part => {
    onBytes();
    for (const frame of frames.push(part)) {
      const ref = left.get(frame.digest)!;
      const bytes = await openFrame(frame, ref, readBase).catch(unlessWrong);
      if (!bytes) continue;
      await onChunk(ref, bytes, frameBytes(frame));
      left.delete(frame.digest);
      onBytes();
    }
  });
  frames.end();
  return [...left.values()];
}

function unlessWrong(thrown: unknown): null {
  if (thrown instanceof HaversackError && thrown.code === 'ChunkInvalid') return null;
  throw thrown;
}
