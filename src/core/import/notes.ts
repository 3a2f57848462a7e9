// What a person should know of a model that was brought to ONNX: facts, and how English says them. Apps have their own words.

/** `quantized`: weights that were stored in fewer bits. `oneRow`: inputs whose first dimension was free, and is 1. */
export type ImportNote =
  | { readonly code: 'quantized'; readonly stored: string }
  | { readonly code: 'oneRow'; readonly inputs: readonly string[] }
  /** What Teachable Machine made it for. */
  | { readonly code: 'machineImage' | 'machinePose' | 'machineAudio' }
  /** As many labels came along, and no output is as wide. */
  | { readonly code: 'labelsLeftOut'; readonly count: number };

/** With `{name}` for the facts. */
export const importNoteWords = {
  quantized: 'Weights were stored as {stored}; here they are FP32, of which smaller variants are made.',
  oneRow: 'The graph computes one row at a time: the first dimension of {inputs} is 1.',
  machineImage: 'An image model of Teachable Machine: it sees the middle square of a photo.',
  machinePose:
    'A pose model of Teachable Machine: it takes what PoseNet makes of a photo, which is not part of the file.',
  machineAudio:
    'A sound model of Teachable Machine: it takes a spectrogram of one second, which the browser’s own analyser made.',
  labelsLeftOut: 'Its metadata has {count} labels, which no output is as wide as.',
} as const satisfies Record<ImportNote['code'], string>;

/** What stands in the words' places. */
export function importNoteFacts(note: ImportNote): Readonly<Record<string, string>> {
  switch (note.code) {
    case 'quantized':
      return { stored: note.stored };
    case 'oneRow':
      return { inputs: note.inputs.map(name => `'${name}'`).join(', ') };
    case 'labelsLeftOut':
      return { count: String(note.count) };
    default:
      return {};
  }
}

/** In English, for commands and logs. */
export function importNoteText(note: ImportNote): string {
  const facts = importNoteFacts(note);
  return importNoteWords[note.code].replace(/\{(\w+)\}/g, (_, name: string) => facts[name]!);
}
