// The screen New model where it is taught sounds, and something else is said of them than of photos.
export const newSound = {
  intro:
    'Let it hear each thing a few times, and this device learns to tell them apart. What it hears stays on this device; nothing is sent.',
  othersFacts: { one: '{n} second of sound', other: '{n} seconds of sound' },
  removeProject: 'Remove {model} with its sounds',
  removeProjectTitle: 'Remove {model} with all its sounds?',
  removeProjectBody: 'The sounds are only on this device: they will be gone. Models made of them stay.',
  noneOf: 'Background',
  addNone: 'Add “Background”',
  addNoneWhy: 'So that it can say when it hears nothing of these. Record the room: silence, steps, the wind.',
  holdOf: 'Hold to record {name}',
  record: 'Record 10 s of {name}',
  moved: { one: '{n} second moved to {name}', other: '{n} seconds moved to {name}' },
  movedAndGone: {
    one: '{said}. {n} was too much like others to be checked by, and is gone.',
    other: '{said}. {n} were too much like others to be checked by, and are gone.',
  },
  photosRemoved: { one: '{n} second removed', other: '{n} seconds removed' },
  known: { one: '{n} second was already there.', other: '{n} seconds were already there.' },
  tooAlike: {
    one: '{n} second is too much like others to be checked by.',
    other: '{n} seconds are too much like others to be checked by.',
  },
  bringInHint:
    'A folder for each class, with sounds in it, by name. Zips that this app made come back whole.',
  broughtIn: { one: '{n} second brought in.', other: '{n} seconds brought in.' },
  noPhotosIn: 'There were no sounds in it.',
  saysNothing: 'Let it hear two things, and it answers here.',
  needsMore: { one: 'It needs {n} more second to begin.', other: 'It needs {n} more seconds to begin.' },
  byNearest: 'by the nearest sounds',
  learning: { one: 'Learning: {n} second to go', other: 'Learning: {n} seconds to go' },
  learnt: { one: '{n} second learnt', other: '{n} seconds learnt' },
  heldOutRight: {
    one: '{right} of {n} second that it did not learn from is right',
    other: '{right} of {n} seconds that it did not learn from are right',
  },
  noHeldOut: 'Too few recordings to hold some back and check it by them. Record each thing twice or more.',
  missingClass: '{name} has no sounds yet.',
  unbalanced: '{few} has far fewer sounds than {many}. More of it would help.',
  embedder: 'What hears',
  embedderMore: 'How it hears',
  embedderHint:
    'Numbers of the sound’s pitches over time, which need no model; or an image model of the library, which looks at a picture of it.',
  finishWhat: {
    one: 'One file is made on this device from {n} second. The sounds stay here.',
    other: 'One file is made on this device from {n} seconds. The sounds stay here.',
  },
  finishNeeds: 'Two classes with sounds are needed first.',
  exportData: 'Sounds as a zip',
} as const;
