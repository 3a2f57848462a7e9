// What a classifier is taught by showing.
import type { InputMeaning } from '../artifact/interface.ts';

/** Photos, seconds of sound, or rows of numbers. */
export const shownKinds = ['photo', 'sound', 'row'] as const;
export type ShownKind = (typeof shownKinds)[number];

/** What the input means of a model that was taught by such. */
export const meaningOfKind = { photo: 'image', sound: 'waveform', row: 'features' } as const satisfies Record<
  ShownKind,
  InputMeaning['kind']
>;
