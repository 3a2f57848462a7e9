// The fold of New model in which the last layers of what sees are taught too.
export const lastLayers = {
  title: 'Also teach the last layers',
  what: 'The model that sees then learns too, from your photos and changed copies of them. It takes longer, and helps where your things look alike to it: handwriting, small marks, shades.',
  needsFinish: 'Finish it once first: what is taught here is compared with that.',
  mayChange: 'What may change in the copies',
  flip: 'Mirrored',
  flipHint: 'Not for writing, nor for what has a left and a right.',
  crop: 'Nearer, farther, not in the middle',
  rotate: 'Turned a little',
  colour: 'Other light and tint',
  colourHint: 'Not where a shade of colour is what tells things apart.',
  timing: 'Timing a few real steps…',
  cost: 'It would take {time} here, about, or less, and the last {share} of the model would learn.',
  start: 'Teach them',
  looking: 'Looking at your photos and their copies',
  learning: 'Learning',
  judging: 'Asking it about photos that it did not learn from',
  starting: 'Starting…',
  left: '{time} left',
  paused: 'Paused',
  pause: 'Pause',
  resume: 'Go on',
  stop: 'Stop',
  better:
    'With the last layers {blocks} of {n} photos that it did not learn from are right; with the head alone it was {head}. The model now has them.',
  equal:
    'With the last layers and without, {head} of {n} photos that it did not learn from are right. The model now has them.',
  worse:
    'The model stays as it was, right about {current} of {n} photos that it did not learn from. Taught anew it would be right about {blocks} with the last layers, about {head} with the head alone.',
  worseThanHead:
    'The model stays as it was: of {n} photos that nothing learnt from, {head} are right with the head alone, {blocks} with the last layers.',
  finishWaits: 'Its last layers are learning. Wait until they have, or stop them, to finish it again.',
  again: 'Teach them again',
} as const;
