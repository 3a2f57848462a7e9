// The file of weights that the runtime is given beside a model: each weight is put together when it is asked for, and let go
// with the next, so that the weights are nowhere twice.
import type { Bytes } from '../core/artifact/digest.ts';
import type { Outline, Piece } from '../core/onnx/outline.ts';

export interface WeightsFile {
  /** For the runtime, which reads `byteLength` and `subarray` of it and nothing else (1.30, LoadWebAssemblyExternalData). */
  readonly data: Bytes;
  /** Whether something was asked for after it was let go. */
  readonly askedAgain: () => boolean;
}

/** Takes the outline's pieces over: they are empty afterwards. */
export function weightsFile({ file, apart }: Outline): WeightsFile {
  const left = new Map(apart.map(piece => [piece.offset, piece]));
  let given: Bytes | null = null;
  let askedAgain = false;
  const take = (start: number, end: number): Bytes => {
    if (given) letGo(given);
    given = null;
    const pieces = apart.filter(piece => piece.offset >= start && piece.offset + piece.bytes.length <= end);
    if (pieces.length === 0) return file.subarray(start, end);
    if (pieces.some(piece => !left.delete(piece.offset))) {
      askedAgain = true;
      throw new Error('these weights were let go');
    }
    given = joined(file, pieces, start, end);
    return given;
  };
  // A typed array, because what the runtime is given has to be one; as long as the file, which it is not.
  const data = Object.defineProperties(new Uint8Array(0), {
    byteLength: { value: file.length },
    subarray: { value: take },
  });
  return { data, askedAgain: () => askedAgain };
}

function joined(file: Bytes, pieces: readonly Piece[], start: number, end: number): Bytes {
  const [only] = pieces;
  if (only && pieces.length === 1 && only.bytes.length === end - start) return only.bytes;
  const weight = file.slice(start, end);
  for (const { offset, bytes } of pieces) {
    weight.set(bytes, offset - start);
    letGo(bytes);
  }
  return weight;
}

/** Gives the memory back at once where the browser can (ECMAScript 2024); elsewhere the collector does, in its time. */
function letGo({ buffer }: Bytes): void {
  (buffer as ArrayBuffer & { transfer?: (bytes: number) => ArrayBuffer }).transfer?.(0);
}
