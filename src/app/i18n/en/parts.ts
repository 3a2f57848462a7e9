// The forms, and what stands where there is no model.
export const parts = {
  toLibrary: 'Go to Library',
  range: '{low} to {high} in training',
  outside: 'this is outside',
  notANumber: 'A number is wanted here.',
  pasteRefused: 'The pasted row has {got} values, wanted {wanted} numbers.',
  run: 'Run',
  scalar: 'one number',
  dimension: 'Size of dimension {i}',
  values: 'Values',
  valuesHint: {
    one: 'One number, or as JSON; empty means zero.',
    other: '{n} numbers apart by commas or spaces, or as JSON; empty means zeros.',
  },
  copyIt: 'Copy',
  why: 'Why',
  whyHint: 'For whoever asks later. It stays in the audit.',
} as const;
