// What an update weighs on the wire, found as the server finds it: the shortest form of each chunk for who has the other file.
import { shortestForm } from '../../src/core/artifact/chunk-forms.ts';
import { type ChunkFrame, frameBytes } from '../../src/core/artifact/chunk-frames.ts';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { type ChunkPair, chunkPlaces, pairChunks } from '../../src/core/onnx/chunk-places.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { gzipShortest } from '../registry/gzip.ts';

/**
 * The frames that bring `to` to who has `from`, of the same model and variant.
 * @throws HaversackError `NotOnnx`, `ModelInvalid`
 */
export async function* updateFrames(from: Bytes, to: Bytes): AsyncGenerator<ChunkFrame> {
  const here = await chunkFile(from, tensorLayout(from));
  const wanted = await chunkFile(to, tensorLayout(to));
  const pairs =
    (await architectureDigest(from)) === (await architectureDigest(to))
      ? pairChunks(chunkPlaces(to, wanted.ref), chunkPlaces(from, here.ref))
      : new Map<string, ChunkPair>();
  for (const [digest, chunk] of wanted.chunks) {
    if (here.chunks.has(digest)) continue;
    const pair = pairs.get(digest);
    const base = pair && {
      digest: pair.base.digest,
      bytes: here.chunks.get(pair.base.digest)!,
      regions: pair.regions,
    };
    yield { ...(await shortestForm(chunk, base ?? null, gzipShortest)), digest };
  }
}

/** Of all of them, on the wire. @throws HaversackError `NotOnnx`, `ModelInvalid` */
export async function bytesToSend(from: Bytes, to: Bytes): Promise<number> {
  let bytes = 0;
  for await (const frame of updateFrames(from, to)) bytes += frameBytes(frame);
  return bytes;
}
