// From a picture to what a model takes: as bytes where it prepares photos itself, else in its size and range.
import type { InputInterface } from '../../core/artifact/interface.ts';
import { HaversackError } from '../../core/errors.ts';
import { pictureSize } from '../../core/data/picture-size.ts';
import { pictureValues } from '../../core/data/picture-values.ts';
import type { Tensor } from '../../core/tensor.ts';
import { toInput } from './inputs.ts';
import { askable, middleSquare, type Shown, toPhotoInput } from './photos.ts';

/** The middle square. @throws HaversackError `InputInvalid` for an input that no photo fills (`takesPhoto`) */
export function pictureInput(input: InputInterface, shown: Shown): Tensor {
  const { name, meaning, shape, datatype } = input;
  const size = meaning?.kind === 'image' ? pictureSize(shape, meaning.layout) : null;
  if (meaning?.kind === 'image' && meaning.preparation === 'photo') return toPhotoInput(askable(shown));
  if (meaning?.kind !== 'image' || !size) {
    throw new HaversackError('InputInvalid', `${name} takes no pictures of a known size`);
  }
  const values = pictureValues(scaled(shown, size.width, size.height), size, meaning.range);
  const isFloat = datatype === 'FP16' || datatype === 'FP32' || datatype === 'FP64';
  return toInput(input, isFloat ? values : values.map(Math.round));
}

/** RGBA; white below what is transparent. */
function scaled({ source, ...of }: Shown, width: number, height: number): Uint8ClampedArray {
  const { x, y, side } = middleSquare(of.width, of.height);
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no canvas to draw on');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, x, y, side, side, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}
