// What is on a pad is what a model is shown: by the same pen, at the same place, on white paper, however dark the app is.
import { render } from 'preact';
import { afterEach, expect, test } from 'vitest';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import '../../../src/app/styles/parts.css';
import '../../../src/app/styles/parts-input.css';
import '../../../src/app/styles/camera.css';
import { DrawingPad } from '../../../src/app/parts/drawing-pad.tsx';
import { drawnCanvas, takeDrawing } from '../../../src/app/state/drawn-photo.ts';
import { askable } from '../../../src/app/state/photos.ts';
import type { Stroke } from '../../../src/core/data/drawing.ts';
import { drawnPicture, drawnSide } from '../../../src/core/data/drawn-picture.ts';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => {
  render(null, root);
  delete document.documentElement.dataset['theme'];
});

const strokes: readonly Stroke[] = [
  [
    { x: 0.2, y: 0.2 },
    { x: 0.7, y: 0.3 },
    { x: 0.4, y: 0.8 },
  ],
  [{ x: 0.85, y: 0.85 }],
];

/** What is seen of the pad: its ink on its paper. */
function seen(canvas: HTMLCanvasElement): Uint8ClampedArray {
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
  context.fillStyle = getComputedStyle(canvas).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

function meanDifference(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}

test.each(['light', 'dark'])('a pad shows the pixels that a model is shown, in the %s', async theme => {
  document.documentElement.dataset['theme'] = theme;
  render(
    <div style={{ width: '300px' }}>
      <DrawingPad asPicture strokes={strokes} onStrokes={() => undefined} label="pad" />
    </div>,
    root,
  );
  const canvas = root.querySelector('canvas')!;
  await expect.poll(() => new Set(seen(canvas)).size).toBeGreaterThan(2);
  const { rgba } = drawnPicture(strokes, canvas.width);
  // The edges of a line are smoothed a little differently: one in twenty pixels lies on one.
  expect(meanDifference(seen(canvas), rgba)).toBeLessThan(2);
  expect(meanDifference(drawnPicture([], canvas.width).rgba, rgba)).toBeGreaterThan(10);
});

test('what a model is asked is what was drawn, to the last pixel', () => {
  const shown = { source: drawnCanvas(strokes), width: drawnSide, height: drawnSide };
  expect(askable(shown).rgba).toEqual(drawnPicture(strokes).rgba);
});

test('what is kept of a drawing is as large as what is asked, and the same each time', async () => {
  const [one, other] = [await takeDrawing(strokes), await takeDrawing(strokes)];
  expect([one.width, one.height, one.mediaType]).toEqual([drawnSide, drawnSide, 'image/jpeg']);
  expect(one.bytes).toEqual(other.bytes);
  const bitmap = await createImageBitmap(new Blob([one.bytes], { type: 'image/jpeg' }));
  const kept = askable({ source: bitmap, width: bitmap.width, height: bitmap.height });
  bitmap.close();
  expect(meanDifference(kept.rgba, drawnPicture(strokes).rgba)).toBeLessThan(1);
});
