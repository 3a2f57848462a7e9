// From strokes to the numbers of a `cell-counts` input, in the input's own range.
import { cellCounts, type Stroke } from './drawing.ts';

/** Pixels of the bitmap across a cell, as the digits' data set was made (`inputMeaningSchema`). */
const cellPixels = 4;
/** All pixels of a cell. */
export const fullCell = cellPixels * cellPixels;

/**
 * @param across cells across and down
 * @param range the numbers of paper and of full ink
 * @returns [across × across], row-major
 */
export function drawnValues(
  strokes: readonly Stroke[],
  across: number,
  [paper, ink]: readonly [number, number],
): number[] {
  const counts = cellCounts(strokes, { size: across, cell: cellPixels });
  return Array.from(counts, count => paper + (count / fullCell) * (ink - paper));
}
