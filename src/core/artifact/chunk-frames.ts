// Many chunks in one answer: a row of frames, media type application/vnd.haversack.chunks. Without Content-Encoding: what is
// checked are the chunks' own bytes (RFC 9530 would name the encoded ones).
//
// A frame:
//   1 byte      encoding: 0 raw, 1 gzip (RFC 1952), 2 difference (difference.ts, gzip on top)
//   32 bytes    SHA-256 of the chunk
//   4 bytes     length of the payload, big-endian; less than the chunk's, or for raw the same
//   32 bytes    difference only: SHA-256 of its base, a chunk of the same length
//   payload
import { HaversackError } from '../errors.ts';
import { gunzip } from '../gunzip.ts';
import { joinBytes } from '../join-bytes.ts';
import { type ChunkRef, verifyChunk } from './chunks.ts';
import { applyDifference, maxDifferenceBytes } from './difference.ts';
import { type Bytes, type Digest, fromHex, toHex } from './digest.ts';

/** A chunk as it travels. */
export type ChunkForm =
  | { readonly encoding: 'raw' | 'gzip'; readonly payload: Bytes }
  | { readonly encoding: 'difference'; readonly base: Digest; readonly payload: Bytes };

export type ChunkFrame = ChunkForm & { readonly digest: Digest };

const encodings = ['raw', 'gzip', 'difference'] as const;
const digestBytes = 32;
const headBytes = 1 + digestBytes + 4;

export function encodeFrame(frame: ChunkFrame): Bytes {
  return joinBytes([frameHead(frame), frame.payload]);
}

function frameHead(frame: ChunkFrame): Bytes {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, frame.payload.length);
  const encoding = Uint8Array.of(encodings.indexOf(frame.encoding));
  const base = frame.encoding === 'difference' ? [fromHex(frame.base)] : [];
  return joinBytes([encoding, fromHex(frame.digest), length, ...base]);
}

/** On the wire, its head included. */
export function frameBytes({ encoding, payload }: ChunkForm): number {
  return headBytes + (encoding === 'difference' ? digestBytes : 0) + payload.length;
}

/**
 * Cuts a stream into frames. Takes only the chunks that were asked for, each once, and holds no more of a frame than its
 * chunk is long.
 */
export class FrameReader {
  readonly #wanted: Map<Digest, ChunkRef>;
  /** Of the frame that has begun: its head, or, with that complete, its payload. */
  #part = new Uint8Array(headBytes);
  #filled = 0;
  #head: Head | null = null;

  constructor(wanted: Iterable<ChunkRef>) {
    this.#wanted = new Map([...wanted].map(ref => [ref.digest, ref]));
  }

  /**
   * The frames that end in `bytes`.
   * @throws HaversackError `ChunkInvalid`
   */
  *push(bytes: Uint8Array): Generator<ChunkFrame> {
    let at = 0;
    while (at < bytes.length) {
      const taken = bytes.subarray(at, at + this.#part.length - this.#filled);
      this.#part.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled < this.#part.length) return;
      const frame = this.#next(this.#part);
      if (frame) yield frame;
    }
  }

  /** @throws HaversackError `Offline` where the stream ends inside of a frame: the line broke */
  end(): void {
    if (this.#filled > 0 || this.#head) {
      throw new HaversackError('Offline', 'the answer ends in the middle of a chunk');
    }
  }

  #next(part: Bytes): ChunkFrame | null {
    this.#filled = 0;
    if (this.#head) {
      const frame = frameOf(this.#head, part);
      this.#head = null;
      this.#part = new Uint8Array(headBytes);
      return frame;
    }
    const head = this.#readHead(part);
    this.#head = head;
    this.#part = new Uint8Array((head.encoding === 'difference' ? digestBytes : 0) + head.bytes);
    return null;
  }

  #readHead(bytes: Bytes): Head {
    const encoding = encodings[bytes[0]!];
    const digest = toHex(bytes.subarray(1, 1 + digestBytes));
    const length = new DataView(bytes.buffer).getUint32(1 + digestBytes);
    if (!encoding) throw new HaversackError('ChunkInvalid', `a frame has the unknown encoding ${bytes[0]!}`);
    const ref = this.#wanted.get(digest);
    if (!ref)
      throw new HaversackError('ChunkInvalid', `chunk ${digest.slice(0, 12)} came and was not wanted`);
    this.#wanted.delete(digest);
    const fits = encoding === 'raw' ? length === ref.bytes : length > 0 && length < ref.bytes;
    if (!fits) {
      const name = `chunk ${digest.slice(0, 12)} of ${ref.bytes} bytes`;
      throw new HaversackError('ChunkInvalid', `${name} came in ${length} bytes (${encoding})`);
    }
    return { encoding, digest, bytes: length };
  }
}

interface Head {
  readonly encoding: (typeof encodings)[number];
  readonly digest: Digest;
  readonly bytes: number;
}

function frameOf({ encoding, digest }: Head, rest: Bytes): ChunkFrame {
  if (encoding !== 'difference') return { encoding, digest, payload: rest };
  const base = toHex(rest.subarray(0, digestBytes));
  return { encoding, digest, base, payload: rest.subarray(digestBytes) };
}

/**
 * The chunk itself, of the size and digest that `ref` says.
 * @param readBase null for a chunk that is not here
 * @throws HaversackError `ChunkInvalid`, and what `readBase` throws
 */
export async function openFrame(
  frame: ChunkForm,
  ref: ChunkRef,
  readBase: (digest: Digest) => Promise<Bytes | null>,
): Promise<Bytes> {
  const bytes = await decode(frame, ref, readBase);
  await verifyChunk(bytes, ref);
  return bytes;
}

async function decode(
  frame: ChunkForm,
  ref: ChunkRef,
  readBase: (digest: Digest) => Promise<Bytes | null>,
): Promise<Bytes> {
  switch (frame.encoding) {
    case 'raw':
      return frame.payload;
    case 'gzip':
      return unpack(frame.payload, ref, ref.bytes);
    case 'difference': {
      const base = await readBase(frame.base);
      if (base?.length !== ref.bytes) {
        const why = base ? `has ${base.length} bytes, wanted ${ref.bytes}` : 'is not here';
        throw new HaversackError('ChunkInvalid', `base ${frame.base.slice(0, 12)} ${why}`);
      }
      return applyDifference(await unpack(frame.payload, ref, maxDifferenceBytes(ref.bytes)), base);
    }
  }
}

/** Stops at the first byte too many. */
async function unpack(payload: Bytes, ref: ChunkRef, maxBytes: number): Promise<Bytes> {
  try {
    return await gunzip(payload, maxBytes);
  } catch (cause) {
    if (!(cause instanceof HaversackError)) throw cause;
    throw new HaversackError('ChunkInvalid', `chunk ${ref.digest.slice(0, 12)}: ${cause.detail}`, { cause });
  }
}
