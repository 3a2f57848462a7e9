// Which inputs any photo fills: the graph prepares it, or its pixels and its size are known.
import type { InputInterface } from '../artifact/interface.ts';
import { pictureSize } from './picture-size.ts';

/** Grey, RGB: what a photo has without being made up. */
const photoChannels = [1, 3];

export function takesPhoto({ meaning, shape, datatype }: InputInterface): boolean {
  if (meaning?.kind !== 'image') return false;
  switch (meaning.preparation) {
    case 'photo':
      return datatype === 'UINT8';
    case 'pixels':
      return photoChannels.includes(pictureSize(shape, meaning.layout)?.channels ?? 0);
    case 'cell-counts':
      return false;
  }
}
