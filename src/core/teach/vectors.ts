// Arithmetic on embeddings: rows of numbers of one width.

// Σ aᵢ bᵢ
export function dot(a: Float32Array, b: Float32Array): number {
  // Four sums: additions that need not wait for each other. The engine knows no vectors here.
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const even = a.length & ~3;
  let i = 0;
  for (; i < even; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

/** In place, to length 1; a row of nothing but zeros stays. Returns the same array. */
export function normalize(row: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const length = Math.sqrt(dot(row, row));
  if (length > 0) for (let i = 0; i < row.length; i++) row[i]! /= length;
  return row;
}

/** What embeddings are seen by: from where, and by what factor along each of their numbers. */
export interface View {
  /** [width] */
  readonly middle: Float32Array<ArrayBuffer>;
  /** [width] */
  readonly scale: Float32Array<ArrayBuffer>;
}

/** Of the mean deviation, what is added to each: numbers that hardly ever change are not to be all that is seen. */
const floorShare = 0.1;

/**
 * So that what all rows have in common is taken away, and each number counts alike: middle = mean, scale =
 * 1 / (deviation + 0.1 · mean deviation). Measured on photographs (docs/teaching-by-showing.md): 1 to 3 points more are
 * right than without the scale. A single row would be its own middle, and be seen nowhere: it is seen as it is.
 * @param rows [rows, width]
 */
export function viewOf(rows: Float32Array, width: number): View {
  const count = rows.length / width;
  const middle = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let from = 0; from < rows.length; from += width) {
    for (let i = 0; i < width; i++) middle[i]! += rows[from + i]! / count;
  }
  for (let from = 0; from < rows.length; from += width) {
    for (let i = 0; i < width; i++) squares[i]! += (rows[from + i]! - middle[i]!) ** 2 / count;
  }
  const deviation = squares.map(Math.sqrt);
  const mean = deviation.reduce((sum, each) => sum + each, 0) / width;
  if (count < 2 || mean === 0)
    return { middle: new Float32Array(width), scale: new Float32Array(width).fill(1) };
  return {
    middle: Float32Array.from(middle),
    scale: Float32Array.from(deviation, each => 1 / (each + floorShare * mean)),
  };
}

// x' = (x − middle) · scale, x' / ‖x'‖
/** Rows of their own, [rows, width]. */
export function seenBy({ middle, scale }: View, rows: Float32Array): Float32Array<ArrayBuffer> {
  const width = middle.length;
  const seen = new Float32Array(rows.length);
  for (let from = 0; from < rows.length; from += width) {
    for (let i = 0; i < width; i++) seen[from + i] = (rows[from + i]! - middle[i]!) * scale[i]!;
    normalize(seen.subarray(from, from + width));
  }
  return seen;
}
