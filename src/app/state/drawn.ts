// From strokes to the numbers of a `cell-counts` input, in the input's own range.
import type { InputInterface } from '../../core/artifact/interface.ts';
import type { Stroke } from '../../core/data/drawing.ts';
import { drawnValues, fullCell } from '../../core/data/drawn-values.ts';
import { cellsAcross } from './inputs.ts';

/** Paper and full ink. */
export function inkRange({ meaning }: InputInterface): readonly [paper: number, ink: number] {
  return meaning?.kind === 'image' ? meaning.range : [0, fullCell];
}

/** Null where nothing was drawn, or where the input is no square of cells. */
export function drawnSample(input: InputInterface, strokes: readonly Stroke[]): number[] | null {
  const size = cellsAcross(input);
  if (size === null || strokes.length === 0) return null;
  return drawnValues(strokes, size, inkRange(input));
}
