// What was decided, wherever an answer is shown.
export const decided = {
  notSure: 'Not sure',
  bestGuess: 'Best guess: {label}',
  probabilities: 'Probability of each answer',
  others: {
    one: '{n} other, {share} together',
    other: '{n} others, {share} together',
  },
} as const;
