// FastCDC (Xia et al., USENIX ATC 2016): chunks whose borders follow the content, with normalized chunking (§3.3, level 2).
// What `update-bytes` is held against: 64 KiB on average, 8 to 128, as Hugging Face's Xet cuts files.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../../src/core/data/random.ts';

const minBytes = 8 * 1024;
const averageBytes = 64 * 1024;
const maxBytes = 128 * 1024;
const averageBits = Math.log2(averageBytes);
/** Harder to meet before the average, easier behind it. */
const normalization = 2;
const earlyMask = maskOf(averageBits + normalization);
const lateMask = maskOf(averageBits - normalization);

/** One random number a byte value. */
const gear = gearTable();

function gearTable(): Uint32Array {
  const random = seededRandom(2016);
  return Uint32Array.from({ length: 256 }, () => random.integer(2 ** 16) * 2 ** 16 + random.integer(2 ** 16));
}

/** The highest bits: they depend on the most bytes. */
function maskOf(bits: number): number {
  return (0xffff_ffff << (32 - bits)) >>> 0;
}

/** Where the chunk that begins at `start` ends. */
function cutAt(bytes: Uint8Array, start: number): number {
  const end = Math.min(bytes.length, start + maxBytes);
  const normal = Math.min(end, start + averageBytes);
  let hash = 0;
  for (let at = Math.min(end, start + minBytes); at < end; at++) {
    hash = ((hash << 1) + gear[bytes[at]!]!) >>> 0;
    if ((hash & (at < normal ? earlyMask : lateMask)) === 0) return at + 1;
  }
  return end;
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const end = cutAt(bytes, start);
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** Bytes of the chunks of `to` that `from` has not, each packed where that is shorter. */
export function fastCdcBytes(from: Uint8Array, to: Uint8Array): number {
  const nameOf = (chunk: Uint8Array) => createHash('sha256').update(chunk).digest('base64');
  const known = new Set([...chunksOf(from)].map(nameOf));
  let bytes = 0;
  for (const chunk of chunksOf(to)) {
    const name = nameOf(chunk);
    if (known.has(name)) continue;
    known.add(name);
    bytes += Math.min(chunk.length, gzipSync(chunk, { level: 9 }).length);
  }
  return bytes;
}
