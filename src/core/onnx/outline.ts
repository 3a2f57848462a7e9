// A model file in pieces: enough of it put together to read the graph, the pieces that hold weights and nothing else apart,
// so that they can be let go one by one.
import type { Bytes } from '../artifact/digest.ts';
import { type TensorLocation, tensorLayoutSoFar } from './layout.ts';

/** Bytes of the file, and where they lie in it. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Bytes;
}

export interface Outline {
  /** As long as the whole, zeros where the pieces apart lie: memory that was never written to takes none. */
  readonly file: Bytes;
  /** Sorted; each lies within one weight of the main graph. */
  readonly apart: readonly Piece[];
}

/**
 * Pieces smaller than this are put together at once: there the graph is, and what they would save is little.
 * Larger ones are, unless it turns out that they hold more than weights.
 */
const apartFromBytes = 2 ** 18;

/**
 * @param pieces in order, without gaps; those that are kept apart are not copied
 * @param fromBytes the least size of a piece that may stay apart
 * @throws HaversackError `NotOnnx`, `ModelInvalid`
 */
export function outlineOf(pieces: readonly Bytes[], fromBytes: number = apartFromBytes): Outline {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const file = new Uint8Array(size);
  const put = ({ offset, bytes }: Piece) => file.set(bytes, offset);
  const placed = place(pieces);
  for (const piece of placed) if (piece.bytes.length < fromBytes) put(piece);
  let apart = placed.filter(piece => piece.bytes.length >= fromBytes);
  // What a walk skips it has not seen: only where every piece apart lies in what was skipped is it a walk over the file.
  for (;;) {
    const { locations, problem } = tensorLayoutSoFar(file);
    const others = apart.filter(piece => !liesWithin(piece, locations));
    if (others.length === 0) {
      if (problem) throw problem;
      return { file, apart };
    }
    // Where the walk ended early, those behind the first may lie in weights that it has not come to.
    const wanted = problem ? others.slice(0, 1) : others;
    for (const piece of wanted) put(piece);
    apart = apart.filter(piece => !wanted.includes(piece));
  }
}

function place(pieces: readonly Bytes[]): Piece[] {
  let offset = 0;
  return pieces.map(bytes => {
    const piece = { offset, bytes };
    offset += bytes.length;
    return piece;
  });
}

function liesWithin({ offset, bytes }: Piece, weights: readonly TensorLocation[]): boolean {
  return weights.some(
    weight => weight.offset <= offset && offset + bytes.length <= weight.offset + weight.bytes,
  );
}
