// A row of numbers as it is kept: its numbers in 32 bits, one after another, little-endian.
import type { Bytes } from '../artifact/digest.ts';

export const rowMediaType = 'application/octet-stream';

const bytesEach = Float32Array.BYTES_PER_ELEMENT;

/** The same numbers give the same bytes: −0 is 0. */
export function rowBytes(values: Float32Array): Bytes {
  const bytes = new Uint8Array(values.length * bytesEach);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat32(i * bytesEach, value + 0, true));
  return bytes;
}

/** In memory of its own. */
export function rowOfBytes(bytes: ArrayBuffer): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes);
  return Float32Array.from({ length: Math.floor(bytes.byteLength / bytesEach) }, (_, i) =>
    view.getFloat32(i * bytesEach, true),
  );
}
