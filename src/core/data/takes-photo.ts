// Which inputs any photo fills: the graph prepares it, or its pixels and its size are known.
import type { InputInterface } from '../artifact/interface.ts';

/** Grey, RGB: what a photo has without being made up. */
const photoChannels = [1, 3];

export function takesPhoto({ meaning, shape, datatype }: InputInterface): boolean {
  if (meaning?.kind !== 'image') return false;
  switch (meaning.preparation) {
    case 'photo':
      return datatype === 'UINT8';
    case 'pixels':
      return (
        shape.length === 4 &&
        !shape.slice(1).includes(-1) &&
        photoChannels.includes(shape[meaning.layout === 'NCHW' ? 1 : 3]!)
      );
    case 'cell-counts':
      return false;
  }
}
