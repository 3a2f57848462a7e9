// From strokes to what is kept of a drawing, and to what a model that takes photos is asked.
import type { Stroke } from '../../core/data/drawing.ts';
import { drawnPicture } from '../../core/data/drawn-picture.ts';
import type { KeptPhoto } from '../../device/examples.ts';
import { preparePhoto } from '../../device/prepare-photo.ts';

/** The paper with what was drawn on it. */
export function drawnCanvas(strokes: readonly Stroke[]): OffscreenCanvas {
  const { rgba, width, height } = drawnPicture(strokes);
  const canvas = new OffscreenCanvas(width, height);
  // Read again at once, by whoever asks a model about it.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no canvas to draw on');
  context.putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}

/** Rejects where this browser has no canvas to give. */
export async function takeDrawing(strokes: readonly Stroke[]): Promise<KeptPhoto> {
  return preparePhoto(drawnCanvas(strokes));
}
