// Rows of numbers, where something else is said of them than of photos.
export const row = {
  choosePhotosOf: 'Choose a table of {name}',
  choosePhoto: 'Choose a table',
  unreadable: {
    one: '{n} row was not taken: a cell of it is no number.',
    other: '{n} rows were not taken: a cell of each is no number.',
  },
  photos: { one: '{n} row', other: '{n} rows' },
  photosOf: 'Rows of {name}',
  nthPhoto: 'Row {n}',
  selected: { one: '{n} selected', other: '{n} selected' },
} as const;
