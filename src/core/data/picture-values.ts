// A picture's pixels as the numbers of an image input (`preparation: 'pixels'`). Knows no canvas: whoever has one brings the
// picture to the input's size.

/** What an image input takes, in pixels. */
export interface PictureSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly isChannelsFirst: boolean;
}

/**
 * By the layout that the interface says; without one by which of the dimensions can be a count of channels. The channels of the
 * result may be any number.
 * @param shape [rows, …]
 * @returns null where there are not three dimensions of known size behind the first
 */
export function pictureSize(shape: readonly number[], layout: 'NCHW' | 'NHWC' | null): PictureSize | null {
  const [first = 0, second = 0, third = 0] = shape.slice(-3);
  if (shape.length !== 4 || shape.slice(1).includes(-1)) return null;
  const isChannelsFirst = layout ? layout === 'NCHW' : isPictureChannels(first) || !isPictureChannels(third);
  return isChannelsFirst
    ? { channels: first, height: second, width: third, isChannelsFirst }
    : { channels: third, height: first, width: second, isChannelsFirst };
}

/** Grey, RGB, RGBA. */
export function isPictureChannels(count: number): boolean {
  return [1, 3, 4].includes(count);
}

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
