// A chunk as what has to be added to another one: element by element, (new − old) mod 2^bits, laid out so that gzip finds
// it short. Floats are subtracted as the integers their bits make. Knows runs of elements, not tensors.
//
// Before gzip it is:
//   varint            number of regions (maxRegions at most)
//   per region        1 byte: bits of an element / 4; varint: its bytes. Together they are the chunk.
//   per width that occurs, the narrowest first, all elements of its regions joined:
//     1 byte          form: 0 bytes, 1 byte planes, 2 bit planes, 3 sparse
//     the differences, zigzag (0, −1, 1, −2 … → 0, 1, 2, 3 …), in that form:
//       bytes         one after the other, little-endian; 4-bit elements two to a byte, the lower half first
//       byte planes   all lowest bytes, then all second ones …
//       bit planes    all lowest bits, eight to a byte, the first in bit 0; then all second ones …
//       sparse        varint: bytes of gaps; for each difference that is not 0 how many 0s are before it (255: that many
//                     0s, and it is not yet there); then each of them less 1, a byte each
// Varints are LEB128. A tensor's 4-bit elements lie in it as ONNX packs them: two to a byte.
import { HaversackError } from '../errors.ts';
import { joinBytes } from '../join-bytes.ts';
import { ByteReader, varint } from './byte-stream.ts';
import { differenceForms as forms } from './difference-forms.ts';
import type { Bytes } from './digest.ts';
import { type ElementBits, elementWidths as widths } from './element-width.ts';

/** A run of elements of one width: whole elements, where it is wider than a byte. */
export interface Region {
  readonly bytes: number;
  readonly bits: ElementBits;
}

/** A chunk of more regions has no difference. */
export const maxRegions = 4096;
/** A byte and a varint of 4 each, after their number. */
const maxTableBytes = 4 + 5 * maxRegions;
/** What a form adds to the elements of one width: its name, the number of gaps, the last byte of each bit plane. */
const maxFormBytes = 1 + 4 + 8;

/** No difference of a chunk of this size is longer before gzip. */
export function maxDifferenceBytes(chunkBytes: number): number {
  return maxTableBytes + chunkBytes + widths.length * maxFormBytes;
}

/**
 * What may be sent: for each width that occurs, the narrowest first, its elements in all forms that suit it. Whoever packs
 * them takes one of each, the shortest, and joins them (`joinDifference`).
 * @param base as long as `chunk`
 */
export function differenceCandidates(chunk: Bytes, base: Bytes, regions: readonly Region[]): Bytes[][] {
  assertCovers(regions, chunk.length);
  assertCovers(regions, base.length);
  return widths
    .filter(({ bits }) => regions.some(region => region.bits === bits))
    .map(({ bits, fold }) => {
      const now = gather(chunk, regions, bits);
      const folded = fold(now, gather(base, regions, bits));
      return forms
        .flatMap((form, name) =>
          form.suits(bits) ? [joinBytes([Uint8Array.of(name), form.write(folded, bits)])] : [],
        )
        .filter(({ length }) => length <= now.length + maxFormBytes);
    });
}

/** @param chosen one stream of each of the candidates, in their order */
export function joinDifference(regions: readonly Region[], chosen: readonly Bytes[]): Bytes {
  const table = regions.flatMap(({ bits, bytes }) => [Uint8Array.of(bits / 4), varint(bytes)]);
  return joinBytes([varint(regions.length), ...table, ...chosen]);
}

/**
 * The chunk again. Whether it is the right one only its digest says.
 * @throws HaversackError `ChunkInvalid` for what is no difference to a chunk of `base`'s length
 */
export function applyDifference(difference: Bytes, base: Bytes): Bytes {
  const reader = new ByteReader(difference);
  const regions = readRegions(reader, base.length);
  const chunk = new Uint8Array(base.length);
  for (const width of widths) {
    if (!regions.some(({ bits }) => bits === width.bits)) continue;
    const old = gather(base, regions, width.bits);
    const form = forms[reader.byte()];
    if (!form || !form.suits(width.bits)) throw broken('a form that its elements cannot have');
    const folded = form.read(reader, width.elementsIn(old.length), width.bits);
    scatter(width.unfold(folded, old), chunk, regions, width.bits);
  }
  if (reader.left > 0) throw broken(`${reader.left} bytes too many`);
  return chunk;
}

function readRegions(reader: ByteReader, chunkBytes: number): Region[] {
  const count = reader.varint();
  if (count > maxRegions) throw broken(`${count} regions, at most ${maxRegions} are taken`);
  const regions = Array.from({ length: count }, () => {
    const quarter = reader.byte();
    const width = widths.find(({ bits }) => bits === quarter * 4);
    const bytes = reader.varint();
    if (!width || (bytes * 8) % width.bits !== 0)
      throw broken(`a region of ${bytes} bytes, ${quarter * 4} bits`);
    return { bits: width.bits, bytes };
  });
  const bytes = regions.reduce((sum, region) => sum + region.bytes, 0);
  if (bytes !== chunkBytes) throw broken(`regions of ${bytes} bytes, the base has ${chunkBytes}`);
  return regions;
}

function assertCovers(regions: readonly Region[], bytes: number): void {
  const covered = regions.reduce((sum, region) => sum + region.bytes, 0);
  const ragged = regions.some(region => (region.bytes * 8) % region.bits !== 0);
  if (covered !== bytes || ragged || regions.length > maxRegions) {
    throw new RangeError(`difference: ${regions.length} regions of ${covered} bytes, wanted ${bytes}`);
  }
}

function broken(why: string): HaversackError {
  return new HaversackError('ChunkInvalid', `a difference has ${why}`);
}

/** Copied, so that elements begin where a typed array may. */
function gather(bytes: Bytes, regions: readonly Region[], bits: ElementBits): Bytes {
  const parts: Bytes[] = [];
  eachRegion(regions, bits, (offset, length) => parts.push(bytes.subarray(offset, offset + length)));
  return joinBytes(parts);
}

function scatter(joined: Bytes, chunk: Bytes, regions: readonly Region[], bits: ElementBits): void {
  let from = 0;
  eachRegion(regions, bits, (offset, length) => {
    chunk.set(joined.subarray(from, from + length), offset);
    from += length;
  });
}

function eachRegion(
  regions: readonly Region[],
  bits: ElementBits,
  use: (offset: number, bytes: number) => void,
): void {
  let offset = 0;
  for (const region of regions) {
    if (region.bits === bits) use(offset, region.bytes);
    offset += region.bytes;
  }
}
