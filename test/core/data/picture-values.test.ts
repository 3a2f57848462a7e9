import { describe, expect, it } from 'vitest';
import { pictureSize } from '../../../src/core/data/picture-size.ts';
import { pictureValues } from '../../../src/core/data/picture-values.ts';

/** Two pixels, side by side: red, and half grey. */
const rgba = Uint8Array.of(255, 0, 0, 255, 127, 127, 127, 255);

describe('the size of a picture', () => {
  it('is where the layout says, else where a count of channels is', () => {
    expect(pictureSize([-1, 3, 4, 5], 'NCHW')).toEqual({
      channels: 3,
      height: 4,
      width: 5,
      isChannelsFirst: true,
    });
    expect(pictureSize([-1, 5, 6, 3], null)).toMatchObject({ channels: 3, height: 5, width: 6 });
    expect(pictureSize([-1, 3, 4, 3], 'NHWC')).toMatchObject({ channels: 3, height: 3, width: 4 });
  });

  it('is none where a dimension is free, or there are not four', () => {
    expect(pictureSize([-1, 3, -1, 5], 'NCHW')).toBeNull();
    expect(pictureSize([3, 4, 5], 'NCHW')).toBeNull();
  });
});

describe('the values of a picture', () => {
  const of = { height: 1, width: 2 };

  it('go from black to white of the range, in the order of the layout', () => {
    const first = pictureValues(rgba, { ...of, channels: 3, isChannelsFirst: true }, [-1, 1]);
    const half = (2 * 127) / 255 - 1;
    expect(first).toEqual([1, half, -1, half, -1, half]);
    const last = pictureValues(rgba, { ...of, channels: 3, isChannelsFirst: false }, [-1, 1]);
    expect(last).toEqual([1, -1, -1, half, half, half]);
  });

  it('are luma where there is one channel', () => {
    const [red, grey] = pictureValues(rgba, { ...of, channels: 1, isChannelsFirst: true }, [0, 1]);
    expect(red).toBeCloseTo(0.299, 9);
    expect(grey).toBeCloseTo(127 / 255, 9);
  });
});
