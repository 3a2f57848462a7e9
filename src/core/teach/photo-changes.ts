// How a photo that was shown is changed to be another photo of the same thing: what people can switch off, as numbers.
import type { Augmentation } from '../train/augmentation.ts';

/** What may change without the thing becoming another. */
export interface PhotoChanges {
  /** Left to right: wrong for writing, and for what has a left and a right. */
  readonly flip: boolean;
  /** Nearer, farther, and beside the middle. */
  readonly crop: boolean;
  /** Brighter, darker, in another light. Wrong where a shade is what tells classes apart. */
  readonly colour: boolean;
  /** A little, either way. */
  readonly rotate: boolean;
}

/** No mirror images: a flipped letter is none, and most other things are told without them. */
export const usualChanges: PhotoChanges = { flip: false, crop: true, colour: true, rotate: true };

/** Of the picture's side; and a factor of 1 − this to 1 + this. */
const [shiftShare, scale] = [0.07, 0.15];
const degrees = 12;
const tones = { brightness: 0.1, contrast: 0.2, colour: 0.1 };

/** @param side of the picture, in pixels. Null where nothing may change. */
export function augmentationOf(changes: PhotoChanges, side: number): Augmentation | null {
  const augmentation: Augmentation = {
    ...(changes.flip && { flip: true }),
    ...(changes.crop && { shift: shiftShare * side, scale }),
    ...(changes.rotate && { rotate: degrees }),
    ...(changes.colour && tones),
  };
  return Object.keys(augmentation).length > 0 ? augmentation : null;
}
