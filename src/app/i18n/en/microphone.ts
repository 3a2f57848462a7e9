// What there is of sounds and not of photos.
export const microphone = {
  level: 'How loud it is',
  decibels: '{level} dB',
  play: 'Play this second',
  loudest: 'The loudest second of this sound.',
} as const;
