// How folded differences (element-width.ts) are laid out before gzip. Which is shortest depends on how much has moved: where
// floats did, their upper bytes are alike (byte planes); where integers moved by a step or so, their upper bits are 0
// (bit planes), and where few did, it is shorter to say which (sparse). Measured: bench/RESULTS.md, update-bytes.
import { joinBytes } from '../join-bytes.ts';
import { HaversackError } from '../errors.ts';
import { ByteReader, varint } from './byte-stream.ts';
import type { Bytes } from './digest.ts';
import type { ElementBits } from './element-width.ts';

export interface DifferenceForm {
  readonly suits: (bits: ElementBits) => boolean;
  readonly write: (folded: Bytes, bits: ElementBits) => Bytes;
  /** @throws HaversackError `ChunkInvalid` */
  readonly read: (from: ByteReader, elements: number, bits: ElementBits) => Bytes;
}

const isNarrow = (bits: ElementBits) => bits <= 8;

/** As they are; 4-bit ones two to a byte. */
const plain: DifferenceForm = {
  suits: isNarrow,
  write: (folded, bits) => {
    if (bits !== 4) return folded;
    return Uint8Array.from(
      { length: folded.length / 2 },
      (_, i) => folded[2 * i]! | (folded[2 * i + 1]! << 4),
    );
  },
  read: (from, elements, bits) => {
    if (bits !== 4) return from.take(elements).slice();
    const packed = from.take(elements / 2);
    return Uint8Array.from({ length: elements }, (_, i) => (packed[i >> 1]! >> ((i & 1) * 4)) & 15);
  },
};

const bytePlanes: DifferenceForm = {
  suits: bits => !isNarrow(bits),
  write: (folded, bits) => {
    const width = bits / 8;
    const elements = folded.length / width;
    const planes = new Uint8Array(folded.length);
    for (let plane = 0, to = 0; plane < width; plane++) {
      for (let i = 0; i < elements; i++) planes[to++] = folded[i * width + plane]!;
    }
    return planes;
  },
  read: (from, elements, bits) => {
    const width = bits / 8;
    const planes = from.take(elements * width);
    const folded = new Uint8Array(planes.length);
    for (let plane = 0, at = 0; plane < width; plane++) {
      for (let i = 0; i < elements; i++) folded[i * width + plane] = planes[at++]!;
    }
    return folded;
  },
};

const bitPlanes: DifferenceForm = {
  suits: isNarrow,
  write: (folded, bits) => {
    const planeBytes = Math.ceil(folded.length / 8);
    const planes = new Uint8Array(planeBytes * bits);
    for (let bit = 0; bit < bits; bit++) {
      const start = bit * planeBytes;
      for (let i = 0; i < folded.length; i++)
        planes[start + (i >> 3)]! |= ((folded[i]! >> bit) & 1) << (i & 7);
    }
    return planes;
  },
  read: (from, elements, bits) => {
    const folded = new Uint8Array(elements);
    for (let bit = 0; bit < bits; bit++) {
      const plane = from.take(Math.ceil(elements / 8));
      for (let i = 0; i < elements; i++) folded[i]! |= ((plane[i >> 3]! >> (i & 7)) & 1) << bit;
    }
    return folded;
  },
};

/** A gap of this many 0s goes on in the next byte. */
const fullGap = 255;

const sparse: DifferenceForm = {
  suits: isNarrow,
  write: folded => {
    const gaps: number[] = [];
    const values: number[] = [];
    let gap = 0;
    for (const value of folded) {
      if (value === 0) {
        gap++;
        continue;
      }
      for (; gap >= fullGap; gap -= fullGap) gaps.push(fullGap);
      gaps.push(gap);
      values.push(value - 1);
      gap = 0;
    }
    return joinBytes([varint(gaps.length), Uint8Array.from(gaps), Uint8Array.from(values)]);
  },
  read: (from, elements) => {
    const gaps = from.take(from.varint());
    const values = from.take(gaps.reduce((count, gap) => count + (gap === fullGap ? 0 : 1), 0));
    const folded = new Uint8Array(elements);
    let at = 0;
    let next = 0;
    for (const gap of gaps) {
      at += gap;
      if (gap === fullGap) continue;
      if (at >= elements)
        throw new HaversackError('ChunkInvalid', 'a difference has more elements than its base');
      folded[at++] = values[next++]! + 1;
    }
    return folded;
  },
};

/** By the number that names them in a difference. */
export const differenceForms: readonly DifferenceForm[] = [plain, bytePlanes, bitPlanes, sparse];
