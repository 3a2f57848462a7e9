// A drawing as a picture of paper: what a model that takes photos is shown of strokes. A pure function of them, without a canvas,
// so that a project, Use, an exported page and a bench give a model the same pixels of the same drawing.
import { penShare, squaredDistance, type Stroke } from './drawing.ts';

/** Pixels along both sides: what a model is asked about of a photo, too, so that nothing is resized on the way. */
export const drawnSide = 256;

/** Of 255, in all colours. */
const paper = 255;
const ink = 26;

export interface DrawnPicture {
  /** RGBA, [side, side, 4]; opaque. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/**
 * Dark ink of a round pen on white paper, each pixel by how much of it the pen covers. As it was drawn: where, how large and how
 * slanted is part of what is shown, and what is drawn beyond the paper is not on it.
 * @param strokes in units of the paper: 0 to 1 across and down. A stroke of one point is a dot; one of none is nothing.
 */
export function drawnPicture(strokes: readonly Stroke[], side = drawnSide): DrawnPicture {
  const covered = new Float32Array(side * side);
  for (const stroke of strokes) {
    const points = stroke.map(({ x, y }) => ({ x: x * side, y: y * side }));
    points.forEach((from, i) => {
      const to = points[i + 1] ?? from;
      if (to !== from || points.length === 1) cover(covered, side, [from, to]);
    });
  }
  const rgba = new Uint8ClampedArray(4 * side * side);
  covered.forEach((share, pixel) => {
    rgba.fill(Math.round(paper + share * (ink - paper)), 4 * pixel, 4 * pixel + 3);
    rgba[4 * pixel + 3] = 255;
  });
  return { rgba, width: side, height: side };
}

/** Adds what a pen covers of each pixel on its way; its edge is a pixel wide. */
function cover(covered: Float32Array, side: number, [from, to]: readonly [Stroke[number], Stroke[number]]): void {
  const radius = (penShare * side) / 2;
  const reach = radius + 1;
  const within = (value: number) => Math.max(0, Math.min(side, Math.round(value)));
  const [left, right] = [within(Math.min(from.x, to.x) - reach), within(Math.max(from.x, to.x) + reach)];
  const [top, bottom] = [within(Math.min(from.y, to.y) - reach), within(Math.max(from.y, to.y) + reach)];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const distance = Math.sqrt(squaredDistance(x + 0.5, y + 0.5, from, to));
      const share = Math.min(1, Math.max(0, radius + 0.5 - distance));
      const pixel = y * side + x;
      if (share > covered[pixel]!) covered[pixel] = share;
    }
  }
}
