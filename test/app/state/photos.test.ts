import { expect, test } from 'vitest';
import { middleSquare, tooLarge, toPhotoInput } from '../../../src/app/state/photos.ts';

test('a model sees the middle of a picture, whichever way it lies', () => {
  expect(middleSquare(640, 480)).toEqual({ x: 80, y: 0, side: 480 });
  expect(middleSquare(480, 640)).toEqual({ x: 0, y: 80, side: 480 });
});

test('a photo goes to a model as bytes, NHWC, without its alpha', () => {
  const rgba = Uint8ClampedArray.from([1, 2, 3, 255, 4, 5, 6, 0]);
  expect(toPhotoInput({ rgba, width: 2, height: 1 })).toEqual({
    datatype: 'UINT8',
    shape: [1, 1, 2, 3],
    data: Uint8Array.from([1, 2, 3, 4, 5, 6]),
  });
});

test('a file that no camera makes is refused before it is unfolded, with both numbers', () => {
  expect(tooLarge(new Blob([new Uint8Array(8)]))).toBe(null);
  const large = Object.defineProperty(new Blob([]), 'size', { value: 50_000_000 });
  expect(tooLarge(large)).toEqual({ code: 'TooLarge', detail: '50000000 bytes, at most 41943040' });
});
