// A model file that is dropped on the Library.
export const bring = {
  title: 'A model from {name}',
  refused: '{name} cannot be used here',
  facts: '{bytes} · {n} parameters',
  nameHint: 'Yours to choose; it can be changed when you send it.',
  nameHere: 'There is a model of that name on this device. Choose another.',
  nameTaken: 'The registry has a model of that name: it works here, and needs another name to be sent.',
  nameFree: 'A new model on this device.',
  keep: 'Keep it on this device',
  keeping: 'Running it once, and keeping it…',
  keepingFirst: '{name} was not taken: one model is kept at a time. Drop it again when this one is here.',
  kept: '{name} is on this device.',
  stays: 'It stays on this device until you send it from Judge.',
} as const;
