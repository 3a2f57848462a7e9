// What an update weighs on the wire, found as the server finds it: the shortest form of each chunk for who has the other file.
import { shortestForm } from '../../src/core/artifact/chunk-forms.ts';
import { frameBytes } from '../../src/core/artifact/chunk-frames.ts';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { type ChunkPair, chunkPlaces, pairChunks } from '../../src/core/onnx/chunk-places.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { gzipShortest } from '../registry/gzip.ts';

/**
 * Bytes of the frames that bring `to` to who has `from`, of the same model and variant.
 * @throws HaversackError `NotOnnx`, `ModelInvalid`
 */
export async function bytesToSend(from: Bytes, to: Bytes): Promise<number> {
  const [here, wanted] = await Promise.all([from, to].map(file => chunkFile(file, tensorLayout(file))));
  const pairs =
    (await architectureDigest(from)) === (await architectureDigest(to))
      ? pairChunks(chunkPlaces(to, wanted!.ref), chunkPlaces(from, here!.ref))
      : new Map<string, ChunkPair>();
  let bytes = 0;
  for (const [digest, chunk] of wanted!.chunks) {
    if (here!.chunks.has(digest)) continue;
    const pair = pairs.get(digest);
    const base = pair && {
      digest: pair.base.digest,
      bytes: here!.chunks.get(pair.base.digest)!,
      regions: pair.regions,
    };
    bytes += frameBytes(await shortestForm(chunk, base ?? null, gzipShortest));
  }
  return bytes;
}
