// Frames to one end of the link. All that are written in a turn of the event loop go out together: a frame costs no system call.
import type { Writable } from 'node:stream';
import { lengthBytes, maxFrameBytes } from './frame.ts';

const blockBytes = 2 ** 16;
/** From here on bytes are not copied, but go out from where they lie: they must not change any more. */
const sharedFromBytes = 2 ** 14;
/** In place of a length, for what is not there. */
const absent = 0xffff_ffff;
/** A character of UTF-16 is three bytes of UTF-8 at most. */
const maxBytesACharacter = 3;

/** A frame that is longer than one may be. */
export class FrameTooLarge extends Error {
  override readonly name = 'FrameTooLarge';

  constructor(bytes: number) {
    super(`${bytes} bytes, and a frame may have ${maxFrameBytes}`);
  }
}

/** Where the writer was. */
interface Place {
  readonly block: Buffer<ArrayBuffer>;
  readonly from: number;
  readonly at: number;
  readonly parts: number;
  readonly written: number;
}

/** What a frame's body is written with; read back in the same order (`Fields`). */
export type FieldWriter = Pick<FrameWriter, 'u8' | 'u32' | 'f64' | 'text' | 'bytes'>;

export class FrameWriter {
  readonly #stream: Writable;
  #block = Buffer.allocUnsafeSlow(blockBytes);
  /** In the block: what is written, and is not in `#parts` yet. */
  #from = 0;
  #at = 0;
  #parts: Uint8Array[] = [];
  /** Bytes, ever. */
  #written = 0;
  #isScheduled = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /**
   * @param body writes what is in it
   * @throws FrameTooLarge, and what `body` throws: nothing of it goes out then
   */
  frame(kind: number, id: number, body: (to: FieldWriter) => void): void {
    this.#room(lengthBytes);
    const [block, at, written] = [this.#block, this.#at, this.#written];
    const before = { block, at, written, from: this.#from, parts: this.#parts.length };
    try {
      this.#advance(lengthBytes);
      this.u8(kind);
      this.u32(id);
      body(this);
      const bytes = this.#written - written - lengthBytes;
      if (bytes > maxFrameBytes) throw new FrameTooLarge(bytes);
      block.writeUInt32LE(bytes, at);
    } catch (error) {
      this.#goBack(before);
      throw error;
    }
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // After all that this turn's input brings.
    setImmediate(() => this.flush());
  }

  u8(value: number): void {
    this.#room(1);
    this.#block[this.#at] = value;
    this.#advance(1);
  }

  u32(value: number): void {
    this.#room(4);
    this.#block.writeUInt32LE(value, this.#at);
    this.#advance(4);
  }

  f64(value: number): void {
    this.#room(8);
    this.#block.writeDoubleLE(value, this.#at);
    this.#advance(8);
  }

  text(value: string | null): void {
    if (value === null) return this.u32(absent);
    this.#room(4 + value.length * maxBytesACharacter);
    const length = this.#block.write(value, this.#at + 4, 'utf8');
    this.#block.writeUInt32LE(length, this.#at);
    this.#advance(4 + length);
  }

  /** Large ones are sent from where they lie: the caller must not modify them any more. */
  bytes(value: Uint8Array): void {
    this.u32(value.length);
    if (value.length >= sharedFromBytes) {
      this.#cut();
      this.#parts.push(value);
      this.#written += value.length;
      return;
    }
    this.#room(value.length);
    this.#block.set(value, this.#at);
    this.#advance(value.length);
  }

  /** What is written goes out now, and does not wait for the end of the turn. */
  flush(): void {
    this.#isScheduled = false;
    this.#cut();
    const parts = this.#parts;
    this.#parts = [];
    if (parts.length === 0 || this.#stream.destroyed) return;
    this.#stream.cork();
    for (const part of parts) this.#stream.write(part);
    this.#stream.uncork();
  }

  #advance(bytes: number): void {
    this.#at += bytes;
    this.#written += bytes;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#block.length) return;
    this.#cut();
    this.#block = Buffer.allocUnsafeSlow(Math.max(blockBytes, bytes));
    this.#from = 0;
    this.#at = 0;
  }

  /** What lies in the block becomes a part. */
  #cut(): void {
    if (this.#at === this.#from) return;
    this.#parts.push(this.#block.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  #goBack({ block, from, at, parts, written }: Place): void {
    this.#parts.length = parts;
    this.#block = block;
    this.#from = from;
    this.#at = at;
    this.#written = written;
  }
}
