// Pictures and drawings as a model's input, by its interface. Loaded with the first of them.
import { cellCounts } from '../core/data/drawing.ts';
import type { Tensor } from '../core/tensor.ts';
import { type ClientError, clientError } from './client-error.ts';
import type { DescribedInput } from './described.ts';
import type { Canvas, Drawing, EncodedPicture, Picture, Pixels } from './types.ts';
import { dataOf } from './values.ts';

/** Pixels across and down a cell of `cell-counts`, whose values go from 0 to its square. */
const cellPixels = 4;

interface Size {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly isChannelsFirst: boolean;
}

/** @throws ClientError `InputInvalid` where the input is none that a picture fills */
export async function pictureTensor(source: Picture | Drawing, input: DescribedInput): Promise<Tensor> {
  if ('strokes' in source) return drawingTensor(source, input);
  if (input.meaning?.preparation === 'cell-counts') {
    throw invalid(`${input.name} reads drawings, not pictures: give { strokes }, or its numbers`);
  }
  const size = sizeOf(input);
  const pixels = await pixelsOf(source, size);
  return tensorOf(input, planes(pixels, size, input.meaning?.range ?? [0, 1]));
}

function drawingTensor({ strokes }: Drawing, input: DescribedInput): Tensor {
  const { width, height, channels } = sizeOf(input);
  if (input.meaning?.preparation !== 'cell-counts' || width !== height || channels !== 1) {
    throw invalid(`${input.name} reads no drawings: its interface does not say cell-counts`);
  }
  const [paper, ink] = input.meaning.range;
  const counts = cellCounts(strokes, { size: width, cell: cellPixels });
  return tensorOf(
    input,
    Array.from(counts, count => paper + (count / cellPixels ** 2) * (ink - paper)),
  );
}

/** By the interface's layout; without one by which of the dimensions can be a count of channels. */
function sizeOf({ name, shape, meaning }: DescribedInput): Size {
  const [first = 0, second = 0, third = 0] = shape.slice(-3);
  if (shape.length !== 4 || shape.slice(1).includes(-1)) {
    throw invalid(
      `${name} is [${shape.join(', ')}]: a picture fills [rows, channels, height, width] of known size`,
    );
  }
  const isChannelsFirst = meaning ? meaning.layout === 'NCHW' : isChannels(first) || !isChannels(third);
  const size = isChannelsFirst
    ? { channels: first, height: second, width: third, isChannelsFirst }
    : { channels: third, height: first, width: second, isChannelsFirst };
  if (!isChannels(size.channels)) throw invalid(`${name} has ${size.channels} channels, wanted 1, 3 or 4`);
  return size;
}

/** Grey, RGB, RGBA. */
function isChannels(count: number): boolean {
  return [1, 3, 4].includes(count);
}

type Drawable = Parameters<OffscreenCanvasRenderingContext2D['drawImage']>[0];

/** RGBA in the size that is wanted, on white. */
async function pixelsOf(source: Picture, { width, height }: Size): Promise<Pixels> {
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

/** Grey is luma (ITU-R BT.601); black is `range[0]`, white `range[1]`. */
function planes({ data }: Pixels, size: Size, [black, white]: readonly [number, number]): number[] {
  const { channels, width, height, isChannelsFirst } = size;
  const area = width * height;
  const values = new Array<number>(channels * area);
  for (let pixel = 0; pixel < area; pixel++) {
    const [r = 0, g = 0, b = 0, a = 0] = data.subarray(pixel * 4, pixel * 4 + 4);
    const bands = channels === 1 ? [0.299 * r + 0.587 * g + 0.114 * b] : [r, g, b, a];
    for (let channel = 0; channel < channels; channel++) {
      const at = isChannelsFirst ? channel * area + pixel : pixel * channels + channel;
      values[at] = black + (bands[channel]! / 255) * (white - black);
    }
  }
  return values;
}

function tensorOf({ name, datatype, shape }: DescribedInput, values: readonly number[]): Tensor {
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  const whole = isFloat ? values : values.map(Math.round);
  return { datatype, shape: [1, ...shape.slice(1)], data: dataOf(name, datatype, whole) };
}

function invalid(detail: string): ClientError {
  return clientError('InputInvalid', detail);
}
