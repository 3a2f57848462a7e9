// JSON as UTF-8, written once: numbers that would take JavaScript a string each go straight to bytes.
import { elements, type Tensor } from '../tensor.ts';
import { maxFloat32Bytes, writeFloat32 } from './float32-digits.ts';
import { Malformed } from './malformed.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
/** What a code unit of a string takes in UTF-8 at most. */
const bytesPerUnit = 3;
const firstBytes = 1024;
/** Numbers between which the writer looks whether there is room. */
const numbersAtATime = 4096;

const comma = 0x2c;
const space = 0x20;
const nullText = 'null';

/** Of the writer before, which gave it back: most answers are small, and memory that is not asked for costs nothing. */
let spare: Bytes | null = null;
/** A larger one is not kept. */
const maxSpareBytes = 2 ** 16;

export class JsonWriter {
  #bytes: Bytes;
  #length = 0;
  /** What is still text: together it becomes bytes at once. */
  #text = '';

  constructor() {
    this.#bytes = spare ?? new Uint8Array(firstBytes);
    spare = null;
  }

  /** As it is. */
  text(text: string): void {
    this.#text += text;
  }

  /** Spaces, up to a multiple of `step` bytes; gives the bytes there are then. */
  padTo(step: number): number {
    this.#flush();
    this.#reserve(step);
    while (this.#length % step !== 0) this.#bytes[this.#length++] = space;
    return this.#length;
  }

  /**
   * A tensor's elements as a flat array, each exactly: the shortest decimal of a binary32, all digits of 64-bit integers, NaN
   * as null.
   * @throws Malformed where an element has no JSON form: the client can ask for binary
   */
  elements(name: string, tensor: Tensor): void {
    this.text('[');
    this.#elements(name, tensor);
    this.text(']');
  }

  /**
   * A tensor in arrays as deep as its shape; one without dimensions as its element alone.
   * @throws Malformed as `elements`
   */
  nested(name: string, tensor: Tensor): void {
    const { shape, data, datatype } = tensor;
    if (shape.length === 0) return this.#elements(name, tensor);
    if (shape.length === 1) return this.elements(name, tensor);
    const [count, ...rest] = shape;
    const width = elements(rest);
    this.text('[');
    for (let i = 0; i < count!; i++) {
      if (i > 0) this.text(',');
      const [start, end] = [i * width, (i + 1) * width];
      const part = Array.isArray(data) ? data.slice(start, end) : data.subarray(start, end);
      this.nested(name, { datatype, shape: rest, data: part });
    }
    this.text(']');
  }

  /** All that was written, in a buffer of its own. The writer is done with it. */
  take(): Bytes {
    this.#flush();
    const taken = this.#bytes.slice(0, this.#length);
    if (this.#bytes.length <= maxSpareBytes) spare = this.#bytes;
    this.#bytes = taken;
    return taken;
  }

  #elements(name: string, { datatype, data }: Tensor): void {
    switch (datatype) {
      case 'FP16':
      case 'BF16':
        throw new Malformed(`'${name}' is ${datatype}, which has no JSON form; ask for binary_data`);
      case 'BYTES':
        return this.text(JSON.stringify(data).slice(1, -1));
      case 'BOOL':
        return this.text(Array.from(data as Uint8Array, value => value !== 0).join(','));
      case 'FP32':
        return this.#float32s(name, data as Float32Array);
      case 'FP64':
        return this.text(Array.from(data as Float64Array, value => float64Text(name, value)).join(','));
      default:
        return this.text((data as Int32Array).join(','));
    }
  }

  #flush(): void {
    this.#reserve(this.#text.length * bytesPerUnit);
    this.#length += encoder.encodeInto(this.#text, this.#bytes.subarray(this.#length)).written;
    this.#text = '';
  }

  #float32s(name: string, data: Float32Array): void {
    this.#flush();
    for (let start = 0; start < data.length; start += numbersAtATime) {
      const end = Math.min(data.length, start + numbersAtATime);
      this.#reserve((end - start) * (maxFloat32Bytes + 1));
      for (let i = start; i < end; i++) {
        if (i > 0) this.#bytes[this.#length++] = comma;
        const value = data[i]!;
        if (Number.isFinite(value)) this.#length = writeFloat32(this.#bytes, this.#length, value);
        else this.#ascii(wordFor(name, value));
      }
    }
  }

  #ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i);
  }

  #reserve(more: number): void {
    const wanted = this.#length + more;
    if (wanted <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(wanted, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function float64Text(name: string, value: number): string {
  if (!Number.isFinite(value)) return wordFor(name, value);
  return Object.is(value, -0) ? '-0.0' : `${value}`;
}

/** NaN is null, as in MLServer; infinity has no word that JSON and those who read it would take. */
function wordFor(name: string, value: number): string {
  if (Number.isNaN(value)) return nullText;
  throw new Malformed(`'${name}' holds ${value}, which JSON has no word for; ask for binary_data`);
}
