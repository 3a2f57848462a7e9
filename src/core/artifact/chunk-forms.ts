// The shortest form in which a chunk can travel: as it is, packed, or as a difference to one that the receiver has.
import type { ChunkForm } from './chunk-frames.ts';
import { differenceCandidates, joinDifference, maxRegions, type Region } from './difference.ts';
import type { Bytes, Digest } from './digest.ts';

/** RFC 1952; whoever has a better one than the next may use it. */
export type Gzip = (bytes: Bytes) => Bytes | Promise<Bytes>;

export interface ChunkBase {
  readonly digest: Digest;
  /** As long as the chunk. */
  readonly bytes: Bytes;
  /** What the chunk is made of. */
  readonly regions: readonly Region[];
}

/** Of a large chunk so much is packed first: where that is hardly shorter, as with float weights, neither is the chunk. */
const probeBytes = 32_768;
/** On a fast line it costs more to pack and unpack than to send the rest. */
const minSaving = 0.1;

export async function shortestForm(chunk: Bytes, base: ChunkBase | null, gzip: Gzip): Promise<ChunkForm> {
  const forms: ChunkForm[] = [{ encoding: 'raw', payload: chunk }];
  if (await packs(chunk, gzip)) forms.push({ encoding: 'gzip', payload: await gzip(chunk) });
  if (base && base.regions.length <= maxRegions) {
    forms.push({ encoding: 'difference', base: base.digest, payload: await difference(chunk, base, gzip) });
  }
  return forms.reduce((best, form) => (form.payload.length < best.payload.length ? form : best));
}

async function packs(chunk: Bytes, gzip: Gzip): Promise<boolean> {
  if (chunk.length < 4 * probeBytes) return true;
  const middle = Math.floor((chunk.length - probeBytes) / 2);
  const { length } = await gzip(chunk.subarray(middle, middle + probeBytes));
  return length <= (1 - minSaving) * probeBytes;
}

async function difference(chunk: Bytes, { bytes, regions }: ChunkBase, gzip: Gzip): Promise<Bytes> {
  const chosen: Bytes[] = [];
  for (const candidates of differenceCandidates(chunk, bytes, regions)) {
    chosen.push(await shortestPacked(candidates, gzip));
  }
  return gzip(joinDifference(regions, chosen));
}

async function shortestPacked(candidates: readonly Bytes[], gzip: Gzip): Promise<Bytes> {
  let shortest = { stream: candidates[0]!, bytes: Infinity };
  if (candidates.length === 1) return shortest.stream;
  for (const stream of candidates) {
    const { length: bytes } = await gzip(stream);
    if (bytes < shortest.bytes) shortest = { stream, bytes };
  }
  return shortest.stream;
}
