// From strokes to the numbers of a `cell-counts` input, in the input's own range.
import type { InputInterface } from '../../core/artifact/interface.ts';
import { cellCounts, type Stroke } from '../../core/data/drawing.ts';
import { cellsAcross } from './inputs.ts';

/** Pixels of the bitmap across a cell, as the digits' data set was made (`inputMeaningSchema`). */
const cellPixels = 4;
const fullCell = cellPixels * cellPixels;

/** Paper and full ink. */
export function inkRange({ meaning }: InputInterface): readonly [paper: number, ink: number] {
  return meaning?.kind === 'image' ? meaning.range : [0, fullCell];
}

/** Null where nothing was drawn, or where the input is no square of cells. */
export function drawnSample(input: InputInterface, strokes: readonly Stroke[]): number[] | null {
  const size = cellsAcross(input);
  if (size === null || strokes.length === 0) return null;
  const [paper, ink] = inkRange(input);
  const counts = cellCounts(strokes, { size, cell: cellPixels });
  return Array.from(counts, count => paper + (count / fullCell) * (ink - paper));
}
