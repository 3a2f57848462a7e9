// Bytes and LEB128 numbers, written one after the other and read back with every length checked.
import { HaversackError } from '../errors.ts';
import type { Bytes } from './digest.ts';

/** A varint of ours is below 2^28: nothing in a chunk is longer. */
const maxVarintBytes = 4;

export function varint(value: number): Bytes {
  if (!(value >= 0 && value < 2 ** (7 * maxVarintBytes))) throw new RangeError(`varint: ${value}`);
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Uint8Array.of(...bytes, rest);
}

/** @throws HaversackError `ChunkInvalid` past the end of the bytes, from every method */
export class ByteReader {
  readonly #bytes: Bytes;
  #at = 0;

  constructor(bytes: Bytes) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  /** A view. */
  take(count: number): Bytes {
    if (count > this.left) {
      throw new HaversackError('ChunkInvalid', `a difference ends ${count - this.left} bytes too early`);
    }
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  varint(): number {
    let value = 0;
    for (let i = 0; i < maxVarintBytes; i++) {
      const byte = this.byte();
      value |= (byte & 127) << (7 * i);
      if (byte < 128) return value;
    }
    throw new HaversackError(
      'ChunkInvalid',
      `a difference has a number of more than ${maxVarintBytes} bytes`,
    );
  }
}
