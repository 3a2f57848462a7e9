// Frames from one end of the link: cut out of whatever pieces the stream brings, and read field by field in the order in which
// they were written.
import { lengthBytes, maxFrameBytes } from './frame.ts';

const absent = 0xffff_ffff;

/** The body of one frame. Good only while its handler runs, but for what `bytes` gives. */
export class Fields {
  readonly #block: Buffer;
  #at: number;

  constructor(block: Buffer, at: number) {
    this.#block = block;
    this.#at = at;
  }

  u8(): number {
    return this.#block[this.#at++]!;
  }

  u32(): number {
    const value = this.#block.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  f64(): number {
    const value = this.#block.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  text(): string | null {
    const length = this.u32();
    if (length === absent) return null;
    const from = this.#at;
    this.#at += length;
    return this.#block.toString('utf8', from, this.#at);
  }

  /** A view of what the stream brought, which is nobody else's. */
  bytes(): Uint8Array<ArrayBuffer> {
    const length = this.u32();
    const { buffer, byteOffset } = this.#block;
    const view = new Uint8Array(buffer as ArrayBuffer, byteOffset + this.#at, length);
    this.#at += length;
    return view;
  }
}

export type OnFrame = (kind: number, id: number, fields: Fields) => void;

export class FrameReader {
  readonly #onFrame: OnFrame;
  /** What came of a frame that is not whole, and how many bytes are wanted before it is worth a look. */
  #pieces: Buffer[] = [];
  #bytes = 0;
  #wanted = 0;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /** @throws Error where a length is none that a frame has */
  take(piece: Buffer): void {
    if (this.#bytes === 0) return this.#read(piece);
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes < this.#wanted) return;
    // Once for a frame, however many pieces it comes in.
    const block = Buffer.concat(this.#pieces, this.#bytes);
    this.#pieces = [];
    this.#bytes = 0;
    this.#read(block);
  }

  #read(block: Buffer): void {
    let at = 0;
    while (block.length - at >= lengthBytes) {
      const bytes = block.readUInt32LE(at);
      if (bytes > maxFrameBytes) throw new Error(`a frame of ${bytes} bytes: the link is not in step`);
      const end = at + lengthBytes + bytes;
      if (end > block.length) return this.#keep(block.subarray(at), lengthBytes + bytes);
      const fields = new Fields(block, at + lengthBytes);
      this.#onFrame(fields.u8(), fields.u32(), fields);
      at = end;
    }
    if (at < block.length) this.#keep(block.subarray(at), lengthBytes);
  }

  #keep(rest: Buffer, wanted: number): void {
    this.#pieces = [rest];
    this.#bytes = rest.length;
    this.#wanted = wanted;
  }
}
