// A photo as an embedder takes it: the middle square, no larger than serves, without alpha.
import { HaversackError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { decoded, type PhotoSource } from '../device/prepare-photo.ts';
import type { Photo } from './protocol.ts';

/**
 * From a file to what an embedder takes, with one bitmap alive meanwhile.
 * @param side the result is no wider and higher
 * @throws HaversackError `InputInvalid` for a file that this browser does not read
 */
export async function photoOfFile(file: Blob, side: number): Promise<Tensor> {
  const bitmap = await decoded(file);
  try {
    return middleSquare(bitmap, side);
  } finally {
    bitmap.close();
  }
}

/** The pixels themselves where they are a square, and small enough. */
export function photoOfPixels({ rgba, width, height }: Photo, side: number): Tensor {
  if (rgba.length !== 4 * width * height || rgba.length === 0) {
    throw new HaversackError('InputInvalid', `${rgba.length} bytes are not ${width} × ${height} pixels`);
  }
  if (width === height && width <= side) return withoutAlpha(rgba, width);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')!.putImageData(new ImageData(rgba, width, height), 0, 0);
  return middleSquare(canvas, side);
}

type Drawable = Extract<PhotoSource, ImageBitmap | OffscreenCanvas>;

function middleSquare(source: Drawable, mostSide: number): Tensor {
  const square = Math.min(source.width, source.height);
  const side = Math.min(square, mostSide);
  const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  const [x, y] = [source.width - square, source.height - square].map(rest => Math.floor(rest / 2));
  context.drawImage(source, x!, y!, square, square, 0, 0, side, side);
  return withoutAlpha(context.getImageData(0, 0, side, side).data, side);
}

/** UINT8 [1, side, side, 3]. */
function withoutAlpha(rgba: Uint8ClampedArray, side: number): Tensor {
  const rgb = new Uint8Array(3 * side * side);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from]!;
    rgb[to++] = rgba[from + 1]!;
    rgb[to++] = rgba[from + 2]!;
  }
  return { datatype: 'UINT8', shape: [1, side, side, 3], data: rgb };
}
