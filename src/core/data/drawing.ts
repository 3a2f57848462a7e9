// From a drawing to an image of cell counts, as NIST's form software and then UCI made the digits data set (Garris et al.,
// "NIST Form-Based Handprint Recognition System (Release 2.0)", NISTIR 5959, 1997; Alpaydin and Kaynak 1998): cut to the
// bounding box, brought to a fixed size, slant taken out, stroke width evened out, the set pixels of each cell counted.
// A pure function of the strokes: no canvas, so that it is the same everywhere.

export interface Point {
  readonly x: number;
  readonly y: number;
}
export type Stroke = readonly Point[];

/** Width of the pen that a pad and a picture of a drawing show, as a share of the paper. */
export const penShare = 0.06;

export interface CellCountOptions {
  /** Cells across and down. */
  readonly size: number;
  /** Pixels across and down a cell. */
  readonly cell: number;
  /** In pixels of the bitmap. Without it the pen is as wide as it takes to set `inkShare` of the bitmap. */
  readonly penWidth?: number;
}

/** A digit is as high as the bitmap and at most 20/32 as wide before its slant is taken out (NISTIR 5959: 20 × 32). */
const widthShare = 20 / 32;
/**
 * Strokes are thinned or thickened until about this share of the bitmap is set: the median over the training part of
 * the digits data set is 0.30 for every digit, "1" as well as "8".
 */
const inkShare = 0.3;
/** A narrow drawing is widened to three times its proportion at most: a "1" is to stay a "1". */
const maxWidening = 3;
/** A pen that is narrower than this does not mark every pixel that it passes. */
const minPenWidth = 2;
const maxPenShare = 1 / 3;
/** Insetting by half the pen and finding the pen's width depend on each other; they settle quickly. */
const rounds = 4;

/** [size × size], row-major, each 0 to cell². All zero where nothing was drawn. */
export function cellCounts(strokes: readonly Stroke[], options: CellCountOptions): Float32Array<ArrayBuffer> {
  const { size, cell } = options;
  const pixels = size * cell;
  const counts = new Float32Array(size * size);
  const drawn = strokes.filter(stroke => stroke.length > 0);
  if (drawn.length === 0) return counts;
  let pen = options.penWidth ?? pixels / 8;
  let squares = squaredDistances(placed(drawn, pixels, pen), pixels);
  for (let round = 0; round < rounds && options.penWidth === undefined; round++) {
    pen = penFor(squares, pixels);
    squares = squaredDistances(placed(drawn, pixels, pen), pixels);
  }
  squares.forEach((square, i) => {
    if (square > (pen / 2) ** 2) return;
    const row = Math.floor(Math.floor(i / pixels) / cell);
    const column = Math.floor((i % pixels) / cell);
    counts[row * size + column]!++;
  });
  return counts;
}

/** The strokes in bitmap pixels: upright, as high as the bitmap less the pen, centred. */
function placed(strokes: readonly Stroke[], pixels: number, pen: number): Point[][] {
  const room = pixels - pen;
  const box = boxOf(strokes);
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  // A dot, or a line that lies flat, is not blown up to the bitmap's height.
  const scaleY = room / Math.max(height, width / maxWidening, Number.MIN_VALUE);
  const scaleX = Math.min((pixels * widthShare - pen) / Math.max(width, Number.MIN_VALUE), scaleY * maxWidening);
  const scaled = strokes.map(stroke =>
    stroke.map(({ x, y }) => ({ x: (x - box.left) * scaleX, y: (y - box.top) * scaleY })),
  );
  const upright = withoutSlant(scaled, height * scaleY, pixels / 16);
  const now = boxOf(upright);
  const left = (pixels - (now.left + now.right)) / 2;
  const top = (pixels - (now.top + now.bottom)) / 2;
  return upright.map(stroke => stroke.map(({ x, y }) => ({ x: x + left, y: y + top })));
}

/**
 * Shears the rows so that the leftmost ink of the top and of the bottom lie above each other (NISTIR 5959 takes the slant
 * between the leftmost set pixels of the first and the last row).
 * @param band how much of the top and the bottom is looked at: a pointer's trace has no row of pixels.
 */
function withoutSlant(strokes: readonly Stroke[], height: number, band: number): Point[][] {
  const points = strokes.flat();
  const leftmost = (inBand: (y: number) => boolean) =>
    points.reduce((left, { x, y }) => (inBand(y) ? Math.min(left, x) : left), Infinity);
  const top = leftmost(y => y <= band);
  const bottom = leftmost(y => y >= height - band);
  const slope = height > band && Number.isFinite(top - bottom) ? (top - bottom) / height : 0;
  return strokes.map(stroke => stroke.map(({ x, y }) => ({ x: x + slope * y, y })));
}

function boxOf(strokes: readonly Stroke[]): { left: number; right: number; top: number; bottom: number } {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (const { x, y } of strokes.flat()) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

/** From each pixel's centre to the nearest point of the strokes, squared. */
function squaredDistances(strokes: readonly Stroke[], pixels: number): Float64Array {
  const squares = new Float64Array(pixels * pixels).fill(Infinity);
  for (const stroke of strokes) {
    const points = thinned(stroke);
    for (let i = 0; i < Math.max(1, points.length - 1); i++) {
      const from = points[i]!;
      const to = points[i + 1] ?? from;
      for (let pixel = 0; pixel < squares.length; pixel++) {
        const x = (pixel % pixels) + 0.5;
        const y = Math.floor(pixel / pixels) + 0.5;
        squares[pixel] = Math.min(squares[pixel]!, squaredDistance(x, y, from, to));
      }
    }
  }
  return squares;
}

/** Without points that lie less than half a pixel from the one before: a pointer reports hundreds. */
function thinned(stroke: Stroke): Point[] {
  const points: Point[] = [];
  stroke.forEach((point, i) => {
    const before = points.at(-1);
    const isFar = !before || (point.x - before.x) ** 2 + (point.y - before.y) ** 2 >= 0.25;
    if (isFar || i === stroke.length - 1) points.push(point);
  });
  return points;
}

/** From a point to the nearest of the line from one point to another, squared. */
export function squaredDistance(x: number, y: number, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / length;
  const t = Math.min(1, Math.max(0, along));
  return (x - from.x - t * dx) ** 2 + (y - from.y - t * dy) ** 2;
}

/** The width at which the pen sets `inkShare` of the pixels. */
function penFor(squares: Float64Array, pixels: number): number {
  const wanted = Math.round(inkShare * squares.length);
  const width = 2 * Math.sqrt(squares.toSorted()[wanted - 1]!);
  return Math.min(pixels * maxPenShare, Math.max(minPenWidth, width));
}
