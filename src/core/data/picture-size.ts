// How large the pictures are that an image input takes. Apart from their values: whether an input takes pictures is asked more often.

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
