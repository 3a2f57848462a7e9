// From a file or a camera's frame to a photo as it is kept: upright, small, and without what a camera writes beside the
// pixels, which may say where somebody was.
import { HaversackError } from '../core/errors.ts';
import { fingerprint } from '../core/data/fingerprint.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import type { KeptPhoto } from './examples.ts';
import { isPlainJpeg } from './plain-jpeg.ts';

/** Twice the side of what image models usually see: what they see is cut from it, and no larger. */
export const keptSide = 640;
export const thumbnailSide = 128;
/** Artefacts of 8 × 8 blocks do not show at it, and it takes about a fifth of the bytes of a PNG. */
const quality = 0.92;
const thumbnailQuality = 0.8;

/** What a photo is made from. A bitmap and a frame stay the caller's, to be closed. */
export type PhotoSource = Blob | ImageBitmap | VideoFrame | OffscreenCanvas;

/**
 * The same source gives the same bytes in the same browser.
 * @throws HaversackError `InputInvalid` for a file that this browser does not read as an image
 */
export async function preparePhoto(source: PhotoSource): Promise<KeptPhoto> {
  if (!(source instanceof Blob)) return kept(source);
  const bitmap = await decoded(source);
  try {
    const isSmall = Math.max(bitmap.width, bitmap.height) <= keptSide;
    const bytes = isSmall ? new Uint8Array(await source.arrayBuffer()) : null;
    // What was kept once, and exported, comes back as it was.
    return await kept(bitmap, bytes && isPlainJpeg(bytes) ? bytes : null);
  } finally {
    bitmap.close();
  }
}

/** Turned as the camera was held (EXIF's Orientation, which `createImageBitmap` follows). The caller closes it. */
export async function decoded(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (error) {
    throw new HaversackError('InputInvalid', `no image that this browser reads: ${String(error)}`, {
      cause: error,
    });
  }
}

/** @param asItIs a JPEG of the source, to be kept instead of another of it */
async function kept(source: Exclude<PhotoSource, Blob>, asItIs: Bytes | null = null): Promise<KeptPhoto> {
  const photo = drawn(source, keptSide);
  const thumbnail = drawn(photo.canvas, thumbnailSide);
  const { width, height } = photo.canvas;
  const pixels = thumbnail.getImageData(0, 0, thumbnail.canvas.width, thumbnail.canvas.height);
  const [bytes, small] = await Promise.all([
    asItIs ?? jpegOf(photo.canvas, quality),
    thumbnailOf(thumbnail.canvas),
  ]);
  return {
    mediaType: 'image/jpeg',
    bytes,
    width,
    height,
    thumbnail: small,
    fingerprint: fingerprint(pixels.data, pixels.width, pixels.height),
  };
}

/** As large as it is, or with its longer side of `side`. What is transparent is white, as on paper. */
export function drawn(source: Exclude<PhotoSource, Blob>, side: number): OffscreenCanvasRenderingContext2D {
  const [width, height] = sizeOf(source);
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new HaversackError('Internal', 'this browser gives no canvas to draw on');
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context;
}

function sizeOf(source: Exclude<PhotoSource, Blob>): [number, number] {
  return 'displayWidth' in source
    ? [source.displayWidth, source.displayHeight]
    : [source.width, source.height];
}

/** @param canvas at most `thumbnailSide` wide and high */
export function thumbnailOf(canvas: OffscreenCanvas): Promise<Bytes> {
  return jpegOf(canvas, thumbnailQuality);
}

async function jpegOf(canvas: OffscreenCanvas, jpegQuality: number): Promise<Bytes> {
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: jpegQuality });
  return new Uint8Array(await blob.arrayBuffer());
}
