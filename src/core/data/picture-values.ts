// A picture's pixels as the numbers of an image input (`preparation: 'pixels'`). Knows no canvas: whoever has one brings the
// picture to the input's size.
import type { PictureSize } from './picture-size.ts';

/**
 * Grey is luma (ITU-R BT.601).
 * @param rgba bytes [height, width, 4] of that size
 * @param range the numbers that black and white are
 * @returns in the order of the input: [channels, height, width] or [height, width, channels]
 */
export function pictureValues(
  rgba: Uint8Array | Uint8ClampedArray,
  size: PictureSize,
  [black, white]: readonly [number, number],
): number[] {
  const { channels, width, height, isChannelsFirst } = size;
  const area = width * height;
  const values = new Array<number>(channels * area);
  for (let pixel = 0; pixel < area; pixel++) {
    const [r = 0, g = 0, b = 0, a = 0] = rgba.subarray(pixel * 4, pixel * 4 + 4);
    const bands = channels === 1 ? [0.299 * r + 0.587 * g + 0.114 * b] : [r, g, b, a];
    for (let channel = 0; channel < channels; channel++) {
      const at = isChannelsFirst ? channel * area + pixel : pixel * channels + channel;
      values[at] = black + (bands[channel]! / 255) * (white - black);
    }
  }
  return values;
}
