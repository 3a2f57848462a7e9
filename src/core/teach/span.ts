// Few rows of many numbers, as fewer numbers each: their coordinates in the space that they span. What is learnt of the
// coordinates under an L2 penalty is what would be learnt of the rows: lengths and angles are the same.
import { dot } from './vectors.ts';

export interface Span {
  readonly rank: number;
  /** Orthonormal, [rank, width]. */
  readonly basis: Float32Array<ArrayBuffer>;
  /** [rows, rank] */
  readonly coordinates: Float32Array<ArrayBuffer>;
}

/** Of a row of length 1, what is left of it beyond the basis and counts as nothing. */
const negligible = 1e-4;

/** Modified Gram-Schmidt. @param rows [rows, width], each of length 1 */
export function spanOf(rows: Float32Array, width: number): Span {
  const count = rows.length / width;
  const basis: Float32Array<ArrayBuffer>[] = [];
  const coordinates = new Float32Array(count * count);
  for (let row = 0; row < count; row++) {
    const rest = Float32Array.from(rows.subarray(row * width, (row + 1) * width));
    basis.forEach((axis, i) => {
      const along = dot(axis, rest);
      coordinates[row * count + i] = along;
      for (let k = 0; k < width; k++) rest[k]! -= along * axis[k]!;
    });
    const length = Math.sqrt(dot(rest, rest));
    if (length < negligible) continue;
    coordinates[row * count + basis.length] = length;
    basis.push(rest.map(value => value / length));
  }
  return {
    rank: basis.length,
    basis: joined(basis, width),
    coordinates: cut(coordinates, count, basis.length),
  };
}

function joined(axes: readonly Float32Array[], width: number): Float32Array<ArrayBuffer> {
  const all = new Float32Array(axes.length * width);
  axes.forEach((axis, i) => all.set(axis, i * width));
  return all;
}

/** [rows, count] → [rows, rank] */
function cut(values: Float32Array, count: number, rank: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array((values.length / Math.max(1, count)) * rank);
  for (let row = 0; row * rank < result.length; row++) {
    result.set(values.subarray(row * count, row * count + rank), row * rank);
  }
  return result;
}
