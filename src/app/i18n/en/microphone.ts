// What there is of sounds and not of photos.
export const microphone = {
  level: 'How loud it is',
  decibels: '{level} dB',
  play: 'Play this second',
  loudest: 'Of a longer sound, its loudest second is asked about.',
} as const;
