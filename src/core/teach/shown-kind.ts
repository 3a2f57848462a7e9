// What a classifier is taught by showing.
import type { InputMeaning } from '../artifact/interface.ts';

/** Photos, or seconds of sound. */
export const shownKinds = ['photo', 'sound'] as const;
export type ShownKind = (typeof shownKinds)[number];

/** What the input means of a model that was taught by such. */
export const meaningOfKind = { photo: 'image', sound: 'waveform' } as const satisfies Record<
  ShownKind,
  InputMeaning['kind']
>;
