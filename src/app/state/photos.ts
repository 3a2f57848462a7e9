// From what a camera or a file shows to what is kept of it and to what a model is asked. Holds no picture longer than it takes.
import { type Failure, failure, toFailure } from '../../core/errors.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { KeptPhoto } from '../../device/examples.ts';
import { keptSide, preparePhoto } from '../../device/prepare-photo.ts';
import type { Photo } from '../../worker/protocol.ts';

/** Of the middle square that a model is asked about, in pixels: common image models look at 224 or less. */
const askedSide = 256;
/** A file of more bytes is no photo of a camera's. */
const photoBytesAtMost = 40 * 2 ** 20;

export interface Square {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** What a model sees of a picture: its middle. */
export function middleSquare(width: number, height: number): Square {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** A picture and its size in pixels. */
export interface Shown {
  readonly source: HTMLVideoElement | ImageBitmap | OffscreenCanvas;
  readonly width: number;
  readonly height: number;
}

/** Null until the video has a picture. */
export function shownBy(video: HTMLVideoElement): Shown | null {
  const { videoWidth: width, videoHeight: height } = video;
  return video.readyState >= video.HAVE_CURRENT_DATA && width > 0 ? { source: video, width, height } : null;
}

/** The middle square, to be asked about now. */
export function askable(shown: Shown): Photo {
  const context = squareOf(shown, askedSide);
  const { data, width, height } = context.getImageData(0, 0, context.canvas.width, context.canvas.height);
  return { rgba: data, width, height };
}

/** What is on the screen: the middle square of it, as it is at this moment. */
export function frozen(shown: Shown): OffscreenCanvas {
  return squareOf(shown, keptSide).canvas;
}

/** Of a camera's picture only the middle square is kept: what is on the screen is what is learnt. */
export function takeFromCamera(shown: Shown): Promise<KeptPhoto> {
  return preparePhoto(frozen(shown));
}

/** @returns `InputInvalid` for what the browser cannot show, `TooLarge` */
export async function takeFromFile(file: Blob): Promise<Result<KeptPhoto>> {
  const refused = tooLarge(file);
  if (refused) return fail(refused);
  try {
    return ok(await preparePhoto(file));
  } catch (thrown) {
    return fail(toFailure(thrown));
  }
}

export function tooLarge(file: Blob): Failure | null {
  if (file.size <= photoBytesAtMost) return null;
  return failure('TooLarge', `${file.size} bytes, at most ${photoBytesAtMost}`);
}

/** A photo as a model takes it: UINT8 [1, height, width, 3]. */
export function toPhotoInput({ rgba, width, height }: Photo): Tensor {
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    data[to++] = rgba[from]!;
    data[to++] = rgba[from + 1]!;
    data[to++] = rgba[from + 2]!;
  }
  return { datatype: 'UINT8', shape: [1, height, width, 3], data };
}

/** No larger than it was; white below what is transparent, as a page is. */
function squareOf({ source, width, height }: Shown, sideAtMost: number): OffscreenCanvasRenderingContext2D {
  const { x, y, side } = middleSquare(width, height);
  const to = Math.max(1, Math.min(sideAtMost, Math.round(side)));
  const canvas = new OffscreenCanvas(to, to);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no canvas to draw on');
  context.fillStyle = 'white';
  context.fillRect(0, 0, to, to);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, x, y, side, side, 0, 0, to, to);
  return context;
}
