// Digits as they are drawn in the app: what people wrote (the digits of the demo, UCI Optical Recognition of Handwritten Digits,
// 8 × 8 counts of ink) traced into strokes, and drawn by the very function that the app draws by, at places and sizes and with a
// hand of their own. The forms are people's; where the pen went, and that a finger was it, is not known and not claimed.
import { cellCounts, type Point, type Stroke } from '../../src/core/data/drawing.ts';
import { drawnPicture } from '../../src/core/data/drawn-picture.ts';
import { type Random, seededRandom } from '../../src/core/data/random.ts';
import type { Handwriting, PhotoSet } from './photo-sets.ts';
import { type Bitmap, thinned } from './skeleton.ts';
import { traced } from './trace.ts';

const cells = 8;
/** Pixels across a cell, when it is enlarged to be thinned. */
const enlarged = 8;
/** Paper around it, in cells. */
const margin = 1;
/** Of 16, what is more is ink: high ones open the loops of thick writing, low ones close the gaps of thin. */
const inkFrom = [5, 6.5, 8, 10];
/** Of the pad's side: what people leave free at its edge. */
const edge = 0.05;

/** Ten digits; each handwriting is drawn once, and again only when all were. */
export function drawnDigits({ cells: rows, digits }: Handwriting): PhotoSet {
  const written = Array.from({ length: 10 }, (_, digit) => {
    const ofDigit = rows.filter((_row, row) => digits[row] === digit);
    return seededRandom(digit).shuffle(ofDigit);
  });
  return {
    name: 'drawn digits',
    classes: written.map((_, digit) => String(digit)),
    photoOf: (label, nth) => {
      const ofDigit = written[label]!;
      const random = seededRandom(1 + label + 1000 * nth);
      return drawnPicture(asDrawn(strokesOf(ofDigit[nth % ofDigit.length]!), random));
    },
  };
}

/**
 * What a pen went along: of the lines that are found, those that show most of what was written.
 * @param counts [8 × 8], 0 to 16
 * @returns in units of the square that the digit lies in
 */
export function strokesOf(counts: readonly number[]): Stroke[] {
  const found = inkFrom.map(least => traced(thinned(enlargedInk(counts, least))));
  const alike = found.map(strokes => likeness(counts, strokes));
  return found[alike.indexOf(Math.max(...alike))]!;
}

/** Correlation of the counts and those of the strokes, counted as the data set was. */
export function likeness(counts: readonly number[], strokes: readonly Stroke[]): number {
  const drawn = Array.from(cellCounts(strokes, { size: cells, cell: 4 }));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [written, shown] = [counts, drawn].map(values => values.map(value => value - mean(values)));
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const size = Math.sqrt(product(written!, written!) * product(shown!, shown!));
  return size === 0 ? 0 : product(written!, shown!) / size;
}

/** Between the middles of cells ink is told by linear interpolation. */
function enlargedInk(counts: readonly number[], least: number): Bitmap {
  const side = (cells + 2 * margin) * enlarged;
  const at = (column: number, row: number) =>
    column < 0 || row < 0 || column >= cells || row >= cells ? 0 : counts[row * cells + column]!;
  const ink = Uint8Array.from({ length: side * side }, (_, pixel) => {
    const place = (value: number) => (value + 0.5) / enlarged - margin - 0.5;
    const [x, y] = [place(pixel % side), place(Math.floor(pixel / side))];
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const along = (of: number) => at(column, of) + (x - column) * (at(column + 1, of) - at(column, of));
    return Number(along(row) + (y - row) * (along(row + 1) - along(row)) > least);
  });
  return { side, ink };
}

/** On a pad of side 1: somewhere, small or large, slanted, turned, and by a hand that is not quite steady. */
export function asDrawn(strokes: readonly Stroke[], random: Random): Stroke[] {
  const spread = (most: number) => most * (2 * random.uniform() - 1);
  const height = 0.35 + 0.45 * random.uniform();
  const [wide, slant, turn] = [1 + spread(0.15), spread(0.25), spread(0.14)];
  const box = boxOf(strokes);
  const scale = height / Math.max(box.bottom - box.top, (box.right - box.left) / 2);
  const shaken = strokes.map(stroke => unsteady(stroke, random, 0.015 / scale));
  const placed = shaken.map(stroke =>
    stroke.map(({ x, y }) => {
      const [right, down] = [
        (x - box.left) * scale * wide - slant * (y - box.top) * scale,
        (y - box.top) * scale,
      ];
      return {
        x: right * Math.cos(turn) - down * Math.sin(turn),
        y: right * Math.sin(turn) + down * Math.cos(turn),
      };
    }),
  );
  const now = boxOf(placed);
  const left = within(0.5 + spread(0.16) - (now.left + now.right) / 2, now.left, now.right);
  const top = within(0.5 + spread(0.16) - (now.top + now.bottom) / 2, now.top, now.bottom);
  return placed.map(stroke => stroke.map(({ x, y }) => ({ x: x + left, y: y + top })));
}

/** The nearest shift that leaves the edge free. */
function within(shift: number, from: number, to: number): number {
  return Math.max(edge - from, Math.min(1 - edge - to, shift));
}

/** Two slow waves along each stroke, across and down. */
function unsteady(stroke: Stroke, random: Random, most: number): Point[] {
  const waves = Array.from({ length: 4 }, () => ({
    size: most * (0.3 + 0.7 * random.uniform()),
    pace: (0.5 + 1.5 * random.uniform()) * 2 * Math.PI,
    start: 2 * Math.PI * random.uniform(),
  }));
  const sway = (wave: (typeof waves)[number], along: number) =>
    (wave.size / 2) * Math.sin(wave.start + wave.pace * along);
  return stroke.map(({ x, y }, i) => {
    const along = i / Math.max(1, stroke.length - 1);
    return {
      x: x + sway(waves[0]!, along) + sway(waves[1]!, along),
      y: y + sway(waves[2]!, along) + sway(waves[3]!, along),
    };
  });
}

function boxOf(strokes: readonly Stroke[]) {
  const [xs, ys] = [strokes.flat().map(({ x }) => x), strokes.flat().map(({ y }) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
