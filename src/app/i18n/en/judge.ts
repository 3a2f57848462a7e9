// The words of Judge, in English; the keys and parameters of the other languages come from here.
import type { Messages } from '../translator.ts';

export const judge = {
  title: 'Judge',
  ofModel: 'Judge {model}',

  sentenceNone: 'Nothing to judge on: this version came without held-out rows.',
  sentenceBetter: 'Better: {net} more right, {broken} newly wrong, of {n}.',
  sentenceWorse: 'Worse: {net} fewer right, {broken} newly wrong, of {n}.',
  sentenceAlike: 'No difference: both are right and wrong on the very same rows, of {n}.',
  sentenceChance:
    'No clear difference: {fixed} newly right, {broken} newly wrong, of {n}. So few rows differ by chance.',
  judgedOnOwn: { one: 'Judged on {n} of your own.', other: 'Judged on {n} of your own.' },
  sentenceHow: 'How this is judged',
  sentenceHowBody:
    'Both versions answered the same {n} held-out rows, which neither was trained on. {fixed} that were wrong are right now, {broken} that were right are wrong now. A difference counts only where chance would make one so large in fewer than 5 of 100 cases (McNemar’s exact test).',

  oldVersion: 'Version {version}',
  newCandidate: 'New, made here',
  change: 'Change',

  measure: 'Measure',
  accuracy: 'Accuracy',
  precision: 'Precision (macro)',
  recall: 'Recall (macro)',
  f1: 'F1 (macro)',
  kappa: 'Kappa',
  undefinedMetric: 'undefined',
  accuracyWithInterval: '{value} ({low} to {high}, n = {n})',
  accuracyWithN: '{value} (n = {n})',
  interval: '{low} to {high}',
  intervalNote: 'In brackets: 95% interval (Wilson).',

  parentRows: 'On the held-out rows of the data set',
  scoresCaption: 'Scores on {n} held-out rows',
  accuracyBetter: 'Accuracy went from {old} to {new}',
  accuracySame: 'Accuracy stayed at {new}',
  noParentRows:
    'This version came without a data set: only your own samples can tell the two apart. Nobody knows what it forgot of the rest.',
  addedRows: 'On your own samples',
  addedJudged: {
    one: 'Judged on {n} of your own samples that was kept out of training.',
    other: 'Judged on {n} of your own samples that were kept out of training.',
  },
  noAddedRows:
    'None of your own samples has been kept out of training yet: about one in five is. Label more in Teach and train again.',
  fewRows: 'So few rows say little: the interval shows how little.',
  allFigures: 'All figures',

  confusionOf: '{who}: truth in rows, answers in columns',
  truth: 'Truth',
  answer: 'Answer',

  candidates: 'Made on this device',
  candidateFrom: 'from version {version}, {when}',
  stateJudging: 'to be decided',
  stateKept: 'kept on this device',
  stateQueued: 'waiting to be sent',
  stateSent: 'sent: it is version {version}',
  stateRefused: 'refused by the registry',
  look: 'Look at it',
  showing: 'Shown above',

  proposed: 'Worth sending: it won on {n} samples that it had not seen.',
  notProposed: 'Sending it is not proposed: it did not win by more than chance.',
  tooFew: {
    one: 'Sending it is not proposed yet: that takes {wanted} kept-out samples, {n} more than there are. About one in five that you label is kept out: label some {labels} more and train again.',
    other:
      'Sending it is not proposed yet: that takes {wanted} kept-out samples, {n} more than there are. About one in five that you label is kept out: label some {labels} more and train again.',
  },

  decide: 'What should become of it?',
  keep: 'Keep',
  keepHint: 'Stays on this device, signed, for you to use and send later.',
  send: 'Send',
  sendHint: 'Goes to the registry as a new version; an admin decides who gets it.',
  discard: 'Throw away',
  discardTitle: 'Throw this away?',
  discardBody:
    'What was learned is deleted from this device. Your labelled samples stay, so you can train again.',
  discarded: 'Thrown away.',
  kept: 'Kept on this device.',
  queuedHint: 'It is sent by itself as soon as the registry can be reached and lets this device send.',
  sentHint: 'The registry has it. An admin decides who gets it.',
  queuedNow: 'In the outbox: it is sent as soon as the registry can be reached.',
  tryTitle: 'Try both',
  tryHint: 'Give one sample; both versions answer it.',
  triedNotSure: 'not sure: perhaps {label}',
  triedNothing: 'Both answers appear here.',
  sendAgain: 'Send again',
  folderRegistry: 'There is no server here to send to',
  folderRegistryBody:
    'Models come from files at this address. Keep what you taught, and hand it over as a file from the Library.',
  notTrainer: 'This device may not send yet',
  notTrainerBody:
    'The registry takes new versions from devices that an admin has approved as trainer. What you keep here waits until then.',
  notTrainerPending: 'You have asked. An admin compares this code and approves: {code}.',
  askIn: 'Ask to be let in',
  asked: 'Asked. An admin sees the code {code} beside this device’s name.',

  compareTwo: 'Compare two versions',
  compareOld: 'Before',
  compareNew: 'After',
  compareNow: 'Compare',
  comparing: 'Comparing on the held-out rows…',
  versionOption: 'Version {version}',
  needTwo: 'Get a second version in Library, or teach this one, to compare.',

  ownScores: 'How version {version} was judged',
  ownScoresEmpty: 'Version {version} came without scores: nobody said how good it is.',
  ownOn: {
    one: '{n} held-out row',
    other: '{n} held-out rows',
  },
  ownOnTrain: {
    one: '{n} row it learned from',
    other: '{n} rows it learned from',
  },
  ownCaption: 'Scores by the rows they were measured on',
  ownToldOnly: 'told with the upload, on unnamed rows',
  ownNew: 'samples labelled since',
  partTest: 'Test',
  partValidation: 'Validation',
  partTrain: 'Training',

  nothing: 'Nothing to judge yet',
  nothingBody: 'Get a model in Library first. What is known of how good it is then stands here.',
  toTeach: 'Teach it',
  useNow: 'Use it now',
  useNowHint: 'It runs here in place of version {version}, before it has a number. One tap leads back.',
  runsHere: 'It runs here, in place of version {version}.',
  stopUsing: 'Back to version {version}',
  carried: 'Taught on {name}, and carried here.',
  carriedBody: 'How good it is on what this device has to judge with is not known yet.',
  judgeHere: 'Judge it here',
  byDevice: 'Each device’s held-out samples apart',
  byDeviceWhose: 'Labelled on',
  byDeviceRows: 'Held out',
  byDeviceBefore: 'Right before',
  byDeviceAfter: 'Right now',
} as const satisfies Messages;
