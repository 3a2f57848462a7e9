// Photos that tests show: drawn, so that they have views, near-duplicates and strangers.
import type { KeptPhoto } from '../../src/device/examples.ts';
import { preparePhoto } from '../../src/device/prepare-photo.ts';

/**
 * A patchwork of its own for every seed: two of them are no near-duplicates.
 * @param hue of what is drawn, in degrees
 */
export function drawnPhoto(seed: number, hue = 0, side = 96): OffscreenCanvas {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext('2d')!;
  let state = (seed + 1) * 2_654_435_761;
  const random = () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
  const cells = 8;
  for (let i = 0; i < cells * cells; i++) {
    context.fillStyle = `hsl(${hue}, 70%, ${20 + 60 * random()}%)`;
    const [x, y] = [i % cells, Math.floor(i / cells)];
    context.fillRect((x * side) / cells, (y * side) / cells, side / cells, side / cells);
  }
  return canvas;
}

export function keptPhoto(seed: number, hue = 0): Promise<KeptPhoto> {
  return preparePhoto(drawnPhoto(seed, hue));
}
