// A tensor's elements as packed little-endian bytes and back, as Triton's binary tensor data extension has them.
import { type Datatype, elementBytes } from '../datatype.ts';
import { elements, type Tensor } from '../tensor.ts';
import { bytesOfTensor, tensorOfBytes, viewOfBytes } from '../tensor-bytes.ts';
import { Malformed } from './malformed.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Before each element of BYTES: its length. */
const lengthBytes = 4;

/** For numbers a view of the tensor's memory. */
export function tensorToBinary(tensor: Tensor): Bytes {
  return tensor.datatype === 'BYTES' ? stringsToBinary(tensor.data as string[]) : bytesOfTensor(tensor);
}

/** From this size on elements stay where they lie, if they are aligned: below it a copy costs next to nothing. */
const viewFromBytes = 2 ** 16;

/**
 * A view of `bytes` where they are many and aligned, else a copy.
 * @throws Malformed
 */
export function tensorFromBinary(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  bytes: Bytes,
): Tensor {
  const count = elements(shape);
  if (datatype === 'BYTES') return { datatype, shape, data: stringsFromBinary(name, count, bytes) };
  const wanted = count * elementBytes[datatype]!;
  if (bytes.length !== wanted) {
    throw new Malformed(
      `'${name}' is ${datatype} [${shape.join(', ')}]: ${wanted} bytes, binary_data_size says ${bytes.length}`,
    );
  }
  if (datatype === 'BOOL' && bytes.some(byte => byte > 1)) {
    throw new Malformed(`'${name}' is BOOL: a byte is neither 0 nor 1`);
  }
  const view = bytes.length < viewFromBytes ? null : viewOfBytes(datatype, count, bytes);
  return view ? { datatype, shape, data: view } : tensorOfBytes(datatype, shape, bytes);
}

function stringsToBinary(strings: readonly string[]): Bytes {
  const encoded = strings.map(text => new TextEncoder().encode(text));
  const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + lengthBytes + length, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const text of encoded) {
    view.setUint32(offset, text.length, true);
    bytes.set(text, offset + lengthBytes);
    offset += lengthBytes + text.length;
  }
  return bytes;
}

function stringsFromBinary(name: string, count: number, bytes: Bytes): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const strings: string[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (bytes.length - offset < lengthBytes) throw new Malformed(`'${name}' ends inside a length`);
    const length = view.getUint32(offset, true);
    offset += lengthBytes;
    if (length > bytes.length - offset) {
      throw new Malformed(
        `'${name}' wants ${length} bytes for element ${strings.length}, got ${bytes.length - offset}`,
      );
    }
    try {
      strings.push(decoder.decode(bytes.subarray(offset, offset + length)));
    } catch {
      throw new Malformed(`'${name}': element ${strings.length} is no UTF-8`);
    }
    offset += length;
  }
  if (strings.length !== count)
    throw new Malformed(`'${name}' has ${strings.length} elements, wanted ${count}`);
  return strings;
}
