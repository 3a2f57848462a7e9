// Sounds in the screen Use, where it says of photos something else.
export const useSound = {
  waiting: 'Turn on the microphone or choose a sound, and the answer appears here.',
  shutter: 'Hold this second',
  next: 'Listen on',
  held: 'The second that is held',
  becomesExample: 'A tap keeps this second as an example to learn from, on this device.',
  becomesRecord: 'A tap keeps the answer with what you said, on this device.',
  keepHint: 'With the time, in Records on this device. The sound itself is not kept there.',
  collectUnsure: 'Keep answers to held sounds that it is not sure of',
  collectUnsureHint: 'They wait in Records, without the sound.',
} as const;
