// Elements of one width, subtracted and added modulo 2^bits. A difference is folded: of two that are alike but for their
// sign neither has high bits that the other lacks (zigzag: 0, −1, 1, −2 … → 0, 1, 2, 3 …).
import type { Bytes } from './digest.ts';

export type ElementBits = 4 | 8 | 16 | 32 | 64;

export interface ElementWidth {
  readonly bits: ElementBits;
  /** Elements in so many bytes of a file. */
  readonly elementsIn: (bytes: number) => number;
  /** new − old, folded: little-endian; a 4-bit one takes a byte. Both begin at the start of their buffers. */
  readonly fold: (now: Bytes, old: Bytes) => Bytes;
  /** old + the difference. What a folded 4-bit element has beyond 4 bits does not count. */
  readonly unfold: (folded: Bytes, old: Bytes) => Bytes;
}

type Elements = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Little-endian, as ONNX keeps elements and as every host of today reads them. */
function widthOf(bits: 8 | 16 | 32, elementsOf: (buffer: ArrayBuffer) => Elements): ElementWidth {
  const spare = 32 - bits;
  const bytesIn = bits / 8;
  return {
    bits,
    elementsIn: bytes => bytes / bytesIn,
    fold: (now, old) => {
      const [a, b] = [elementsOf(now.buffer), elementsOf(old.buffer)];
      const folded = elementsOf(new ArrayBuffer(now.length));
      for (let i = 0; i < folded.length; i++) {
        const difference = ((a[i]! - b[i]!) << spare) >> spare;
        folded[i] = (difference << 1) ^ (difference >> 31);
      }
      return new Uint8Array(folded.buffer);
    },
    unfold: (folded, old) => {
      const [differences, b] = [elementsOf(folded.buffer), elementsOf(old.buffer)];
      const now = elementsOf(new ArrayBuffer(old.length));
      for (let i = 0; i < now.length; i++)
        now[i] = b[i]! + ((differences[i]! >>> 1) ^ -(differences[i]! & 1));
      return new Uint8Array(now.buffer);
    },
  };
}

/** Two to a byte, the first in the lower half (ONNX 1.16, "INT4"). */
const four: ElementWidth = {
  bits: 4,
  elementsIn: bytes => 2 * bytes,
  fold: (now, old) => {
    const folded = new Uint8Array(2 * now.length);
    for (let i = 0; i < folded.length; i++) {
      const shift = (i & 1) * 4;
      const difference = ((((now[i >> 1]! >> shift) - (old[i >> 1]! >> shift)) & 15) << 28) >> 28;
      folded[i] = ((difference << 1) ^ (difference >> 31)) & 15;
    }
    return folded;
  },
  unfold: (folded, old) => {
    const now = new Uint8Array(old.length);
    for (let i = 0; i < 2 * old.length; i++) {
      const shift = (i & 1) * 4;
      const difference = (folded[i]! >>> 1) ^ -(folded[i]! & 1);
      now[i >> 1]! |= (((old[i >> 1]! >> shift) + difference) & 15) << shift;
    }
    return now;
  },
};

const sixtyFour: ElementWidth = {
  bits: 64,
  elementsIn: bytes => bytes / 8,
  fold: (now, old) => {
    const [a, b] = [new BigInt64Array(now.buffer), new BigInt64Array(old.buffer)];
    const folded = a.map((value, i) => {
      const difference = BigInt.asIntN(64, value - b[i]!);
      return (difference << 1n) ^ (difference >> 63n);
    });
    return new Uint8Array(folded.buffer);
  },
  unfold: (folded, old) => {
    const differences = new BigUint64Array(folded.buffer);
    const now = new BigUint64Array(old.buffer).map((value, i) => {
      const difference = differences[i]!;
      return value + ((difference >> 1n) ^ -(difference & 1n));
    });
    return new Uint8Array(now.buffer);
  },
};

/** The narrowest first. */
export const elementWidths: readonly ElementWidth[] = [
  four,
  widthOf(8, buffer => new Uint8Array(buffer)),
  widthOf(16, buffer => new Uint16Array(buffer)),
  widthOf(32, buffer => new Uint32Array(buffer)),
  sixtyFour,
];
