// The protobuf wire format (protobuf.dev/programming-guides/encoding), read field by field without a schema or a copy.
// Trusts nothing: every length is held against what is left. Knows no ONNX.
import type { Bytes } from '../artifact/digest.ts';

export const wireType = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;

/** The bytes are not what the wire format allows. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

const maxVarintBytes = 10;
const maxFieldNumber = 2 ** 29 - 1;

/** Walks the fields of one message. `next` moves on; the members then describe the field it stands on. */
export class WireReader {
  readonly #file: Bytes;
  readonly #end: number;
  #position: number;
  field = 0;
  type = 0;
  /** The number, where the field is a varint; exact below 2^53, a negative int64 reads as 2^64 − |n|. */
  value = 0;
  /** Where the field's content lies in the file, where it is length-delimited. */
  start = 0;
  end = 0;

  constructor(file: Bytes, start = 0, end = file.length) {
    this.#file = file;
    this.#position = start;
    this.#end = end;
  }

  /** @throws WireError */
  next(): boolean {
    if (this.#position >= this.#end) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.type = tag % 8;
    if (this.field < 1 || this.field > maxFieldNumber) throw new WireError(`field number ${this.field}`);
    switch (this.type) {
      case wireType.varint:
        this.value = this.#varint();
        break;
      case wireType.fixed64:
        this.#skip(8);
        break;
      case wireType.delimited:
        this.#skip(this.#varint());
        break;
      case wireType.fixed32:
        this.#skip(4);
        break;
      default:
        throw new WireError(`wire type ${this.type} of field ${this.field}`);
    }
    return true;
  }

  /** A reader over the length-delimited field it stands on. */
  message(): WireReader {
    return new WireReader(this.#file, this.start, this.end);
  }

  /** The length-delimited field it stands on as text. */
  text(): string {
    return decoder.decode(this.#file.subarray(this.start, this.end));
  }

  /** The numbers of a repeated varint field, which may be packed or one a field. */
  *varints(): Generator<number> {
    if (this.type === wireType.varint) {
      yield this.value;
    } else if (this.type === wireType.delimited) {
      const packed = this.message();
      while (packed.#position < packed.#end) yield packed.#varint();
    }
  }

  #skip(bytes: number): void {
    const left = this.#end - this.#position;
    if (bytes > left) throw new WireError(`field ${this.field} wants ${bytes} bytes, ${left} are left`);
    this.start = this.#position;
    this.#position += bytes;
    this.end = this.#position;
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < maxVarintBytes; i++) {
      if (this.#position >= this.#end) throw new WireError('it ends inside a number');
      const byte = this.#file[this.#position++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new WireError(`a number of more than ${maxVarintBytes} bytes`);
  }
}

const decoder = new TextDecoder();
