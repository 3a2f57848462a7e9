// What a photo looks like, in 64 bits: near-duplicates differ in few of them. For telling the frames of one recording apart
// from new views; says nothing of what a photo shows.

/** Samples of luma along the two axes: one more along the width than bits. */
const columns = 9;
const rows = 8;

/**
 * Difference hash (dHash; N. Krawetz, "Kind of Like That", The Hacker Factor Blog, 21 January 2013): the photo is brought to
 * 9 × 8 mean lumas, and a bit is set where the right neighbour is lighter. Does not change with brightness and contrast.
 * @param rgba [height, width, 4], sRGB; alpha is not looked at
 * @returns 16 hexadecimal digits; the first bit is that of the upper left corner
 */
export function fingerprint(rgba: Uint8ClampedArray, width: number, height: number): string {
  const luma = meanLumas(rgba, width, height);
  let digits = '';
  for (let row = 0; row < rows; row++) {
    let byte = 0;
    for (let column = 0; column + 1 < columns; column++) {
      const at = row * columns + column;
      byte = byte * 2 + (luma[at + 1]! > luma[at]! + leastStep ? 1 : 0);
    }
    digits += byte.toString(16).padStart(2, '0');
  }
  return digits;
}

/** Of 255. Below it neighbours are of one tone: rounding would decide, and even paper would have any pattern. */
const leastStep = 0.5;

/** Each the mean over its cell; a cell ends where the next begins, within a pixel. ITU-R BT.601. */
function meanLumas(rgba: Uint8ClampedArray, width: number, height: number): Float64Array {
  if (rgba.length !== 4 * width * height || width < 1 || height < 1) {
    throw new RangeError(`fingerprint: ${rgba.length} bytes, wanted 4 × ${width} × ${height}`);
  }
  const means = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = cell(row, rows, height);
    for (let column = 0; column < columns; column++) {
      const [left, right] = cell(column, columns, width);
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let at = 4 * (y * width + left); at < 4 * (y * width + right); at += 4) {
          sum += 0.299 * rgba[at]! + 0.587 * rgba[at + 1]! + 0.114 * rgba[at + 2]!;
        }
      }
      means[row * columns + column] = sum / ((bottom - top) * (right - left));
    }
  }
  return means;
}

/** From and to, one pixel at least. */
function cell(index: number, cells: number, pixels: number): [number, number] {
  const from = Math.min(pixels - 1, Math.floor((index * pixels) / cells));
  return [from, Math.max(from + 1, Math.floor(((index + 1) * pixels) / cells))];
}

/** 0 to 64: how much of a photo has a tone of its own beside it. */
export function setBits(fingerprint: string): number {
  return fingerprintDistance(fingerprint, none);
}

const none = '0'.repeat((rows * (columns - 1)) / 4);

/** Bits in which two fingerprints differ, 0 to 64. */
export function fingerprintDistance(a: string, b: string): number {
  return differingBits(a.slice(0, 8), b.slice(0, 8)) + differingBits(a.slice(8), b.slice(8));
}

function differingBits(a: string, b: string): number {
  let bits = Number.parseInt(a, 16) ^ Number.parseInt(b, 16);
  let count = 0;
  for (; bits !== 0; bits &= bits - 1) count++;
  return count;
}
