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

/** [width], the mean of the rows [rows, width]. */
export function middleOf(rows: Float32Array, width: number): Float32Array<ArrayBuffer> {
  const sums = new Float64Array(width);
  for (let from = 0; from < rows.length; from += width) {
    for (let i = 0; i < width; i++) sums[i]! += rows[from + i]!;
  }
  const count = Math.max(1, rows.length / width);
  return Float32Array.from(sums, sum => sum / count);
}

// (x − middle) / ‖x − middle‖
/** Rows of their own, [rows, width]: what all have in common is taken away, and how strong each is. */
export function seenFrom(rows: Float32Array, middle: Float32Array): Float32Array<ArrayBuffer> {
  const width = middle.length;
  const seen = new Float32Array(rows.length);
  for (let from = 0; from < rows.length; from += width) {
    for (let i = 0; i < width; i++) seen[from + i] = rows[from + i]! - middle[i]!;
    normalize(seen.subarray(from, from + width));
  }
  return seen;
}
