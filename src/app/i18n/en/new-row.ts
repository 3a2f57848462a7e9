// The screen New model where it is taught rows of numbers, and something else is said of them than of photos.
export const newRow = {
  intro:
    'Show rows of each class, and this device learns to tell them apart. Rows stay on this device; nothing is sent.',
  othersFacts: { one: '{n} row', other: '{n} rows' },
  removeProject: 'Remove {model} with its rows',
  removeProjectTitle: 'Remove {model} with all its rows?',
  removeProjectBody:
    'The rows are kept only here: they will be gone. Models made of them stay, and files they came from.',
  addNoneWhy:
    'So that it can say when numbers are of something else. Add rows of all that is none of the others.',
  moved: { one: '{n} row moved to {name}', other: '{n} rows moved to {name}' },
  movedAndGone: { one: '{said}. {n} is gone.', other: '{said}. {n} are gone.' },
  photosRemoved: { one: '{n} row removed', other: '{n} rows removed' },
  known: { one: '{n} row was already there.', other: '{n} rows were already there.' },
  tooAlike: { one: '{n} row was left out.', other: '{n} rows were left out.' },
  broughtIn: { one: '{n} row brought in.', other: '{n} rows brought in.' },
  noPhotosIn: 'There were no rows in it.',
  saysNothing: 'Show it rows of two classes, and it answers here.',
  needsMore: { one: 'It needs {n} more row to begin.', other: 'It needs {n} more rows to begin.' },
  byNearest: 'by the nearest rows',
  learning: { one: 'Learning: {n} row to go', other: 'Learning: {n} rows to go' },
  learnt: { one: '{n} row learnt', other: '{n} rows learnt' },
  heldOutRight: {
    one: '{right} of {n} row that it did not learn from is right',
    other: '{right} of {n} rows that it did not learn from are right',
  },
  noHeldOut: 'Too few rows to hold some back and check it by them. Show five or more of each class.',
  missingClass: '{name} has no rows yet.',
  missingSecond: 'It takes two classes to tell one from another.',
  unbalanced: '{few} has far fewer rows than {many}. More of it would help.',
  embedder: 'What takes the numbers',
  embedderMore: 'How it looks at numbers',
  embedderHint:
    'Each column, counted from its middle in its own deviations, and waves over all of them, which need no model; or a model of the library that takes as many numbers, in the same order.',
  finishWhat: {
    one: 'One file is made on this device from {n} row. The rows stay here.',
    other: 'One file is made on this device from {n} rows. The rows stay here.',
  },
  finishNeeds: 'Two classes with rows are needed first.',
  exportData: 'Rows as a zip',
} as const;
