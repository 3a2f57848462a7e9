// What a classifier is taught by showing.

/** Photos, or seconds of sound. */
export const shownKinds = ['photo', 'sound'] as const;
export type ShownKind = (typeof shownKinds)[number];
