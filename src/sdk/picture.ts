// Pictures and drawings as a model's input, by its interface. Loaded with the first of them.
import { drawnValues } from '../core/data/drawn-values.ts';
import { isPictureChannels, type PictureSize, pictureSize } from '../core/data/picture-size.ts';
import { pictureValues } from '../core/data/picture-values.ts';
import type { Tensor } from '../core/tensor.ts';
import { type ClientError, clientError } from './client-error.ts';
import type { DescribedInput } from './described.ts';
import type { Canvas, Drawing, EncodedPicture, Picture, Pixels } from './types.ts';
import { dataOf } from './values.ts';

/** @throws ClientError `InputInvalid` where the input is none that a picture fills */
export async function pictureTensor(source: Picture | Drawing, input: DescribedInput): Promise<Tensor> {
  if ('strokes' in source) return drawingTensor(source, input);
  if (input.meaning?.preparation === 'cell-counts') {
    throw invalid(`${input.name} reads drawings, not pictures: give { strokes }, or its numbers`);
  }
  const size = sizeOf(input);
  const { data } = await pixelsOf(source, size);
  return tensorOf(input, pictureValues(data, size, input.meaning?.range ?? [0, 1]));
}

function drawingTensor({ strokes }: Drawing, input: DescribedInput): Tensor {
  const { width, height, channels } = sizeOf(input);
  if (input.meaning?.preparation !== 'cell-counts' || width !== height || channels !== 1) {
    throw invalid(`${input.name} reads no drawings: its interface does not say cell-counts`);
  }
  return tensorOf(input, drawnValues(strokes, width, input.meaning.range));
}

function sizeOf({ name, shape, meaning }: DescribedInput): PictureSize {
  const size = pictureSize(shape, meaning?.layout ?? null);
  if (!size) {
    throw invalid(
      `${name} is [${shape.join(', ')}]: a picture fills [rows, channels, height, width] of known size`,
    );
  }
  if (!isPictureChannels(size.channels)) {
    throw invalid(`${name} has ${size.channels} channels, wanted 1, 3 or 4`);
  }
  return size;
}

type Drawable = Parameters<OffscreenCanvasRenderingContext2D['drawImage']>[0];

/** RGBA in the size that is wanted, on white. */
async function pixelsOf(source: Picture, { width, height }: PictureSize): Promise<Pixels> {
  if (isPixels(source) && source.width === width && source.height === height) return source;
  if (typeof OffscreenCanvas === 'undefined') {
    throw invalid(
      `pictures are scaled in browsers only; give ${width}×${height} pixels, or the model's numbers`,
    );
  }
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  const bitmap = await drawable(source);
  context.drawImage(bitmap, 0, 0, width, height);
  if (bitmap instanceof ImageBitmap) bitmap.close();
  return context.getImageData(0, 0, width, height);
}

async function drawable(source: Picture): Promise<Drawable> {
  if (isCanvas(source)) return source as unknown as OffscreenCanvas;
  try {
    return await createImageBitmap(source as unknown as ImageBitmapSource);
  } catch (cause) {
    const { type = 'pixels' } = source as Partial<EncodedPicture>;
    throw clientError('InputInvalid', `this picture cannot be read (${type})`, cause);
  }
}

function isPixels(source: Picture): source is Pixels {
  return 'data' in source && 'width' in source;
}

function isCanvas(source: Picture): source is Canvas {
  return 'getContext' in source;
}

function tensorOf({ name, datatype, shape }: DescribedInput, values: readonly number[]): Tensor {
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  const whole = isFloat ? values : values.map(Math.round);
  return { datatype, shape: [1, ...shape.slice(1)], data: dataOf(name, datatype, whole) };
}

function invalid(detail: string): ClientError {
  return clientError('InputInvalid', detail);
}
