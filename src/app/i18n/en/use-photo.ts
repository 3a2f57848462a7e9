// Photos in the screen Use.
export const usePhoto = {
  shutter: 'Hold this picture',
  next: 'Next picture',
  held: 'The picture that is held',
  becomesExample: 'A tap keeps the picture as an example to learn from, on this device.',
  becomesRecord: 'A tap keeps the picture with what you said, on this device.',
  exampleKept: 'Kept as an example: {label}',
  recordKept: 'Kept as a record.',
  recordKeptAs: 'Kept as a record: {label}',
  keep: 'Keep this answer',
  keepHint: 'With the picture and the time, in Records on this device.',
  collectUnsure: 'Keep held pictures that it is not sure of',
  collectUnsureHint: 'They are the most useful to learn from, and wait in Records.',
  withPlace: 'With the place',
  withPlaceHint: 'Where this device is. It stays here, and goes into an export only if you say so.',
  placeRefused: 'The browser did not give the place. It was kept without.',
  toRecords: 'Records',
} as const;
