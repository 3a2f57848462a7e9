// What is stored on this device: room, notices, the check.
export const store = {
  pinned: 'pinned',
  more: 'More about version {version}',
  pin: 'Keep whatever happens',
  unpin: 'May go when room is short',
  own: '{own} of its own, {shared} shared',
  onlyOwn: '{own} of its own',
  whatTakes: 'What takes the room',
  ofModel: '{model}: {bytes}',
  ofVersion: 'Version {version}: {share}',
  ofWork: 'Made here and not sent: {bytes}',
  ofPhotos: {
    one: '{n} example shown to {model}: {bytes}',
    other: '{n} examples shown to {model}: {bytes}',
  },
  ofRecords: 'Photos of kept answers: {bytes}',
  evicted: 'To make room, version {version} of {model} went ({bytes}): it was unused for longest.',
  damaged:
    'Version {version} of {model} was damaged in the browser’s storage. {bytes} are to be fetched again.',
  mended: 'Version {version} of {model} was damaged in the browser’s storage, and is whole again.',
  workDamaged: 'Something made here from {model} was damaged in the browser’s storage, and cannot be sent.',
  noticesRead: 'I have read it',
  check: 'Check storage',
  checkStop: 'Stop',
  checking: 'Reading and checking all that is stored',
  checkClean: 'All {n} pieces are as they were stored ({bytes}).',
  checkFound: {
    one: '{n} version is damaged. It is fetched again as soon as the server can be reached.',
    other: '{n} versions are damaged. They are fetched again as soon as the server can be reached.',
  },
  checkOther: 'Parts that nothing else has are damaged: {what}.',
  checkWork: { one: '{n} thing made here', other: '{n} things made here' },
  checkRuns: { one: '{n} unfinished run', other: '{n} unfinished runs' },
  checkRows: { one: '{n} entry', other: '{n} entries' },
  fetchAgain: 'Fetch again',
  overMetered: 'Download over mobile data too',
  smallRoom:
    'There is little room here, and the browser may clear it at any time: so it is in a private window. What must not be lost, send it before you close this window.',
  cleared:
    'The browser has cleared what this app had stored here: models, samples, and what was not sent. They are gone; models can be got again.',
  understood: 'Understood',
  reopened: 'The browser had closed the app’s storage. It is open again.',
} as const;
