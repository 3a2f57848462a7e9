// An exported page, which runs one model alone.
export const page = {
  opening: 'Opening the model…',
  answer: 'Answer',
  waiting: 'The answer appears here.',
  give: 'What it is asked about',
  another: 'Another picture',
  unreadable: 'That is no photo that can be shown.',
  unreadableWhy: 'This browser does not read the file, or it is larger than 40 MB.',
  unreadableDo: 'Choose a JPEG or a PNG.',
  anotherSound: 'Another sound',
  unreadableSound: 'That is no sound that can be asked about.',
  unreadableSoundWhy:
    'It does not play here, or is shorter than 0.1 s, or beyond 10 min or 10 MB (WAV: 40 MB).',
  unreadableSoundDo: 'Choose a WAV or an MP3.',
  hearsNot:
    'Opened from a disk, a page is not given the microphone. Choose a sound from a file, or put this folder on a web host.',
  about: 'About this model',
  version: 'Version',
  unnumbered: 'not in a registry yet',
  made: 'Made',
  weights: 'Weights',
  licence: 'Licence',
  licenceUnsaid: 'not said',
  dataLicence: 'Licence of its data',
  stays: 'All of it is computed in this page. Nothing that it is given leaves this device.',
  missing: 'A file of this page is missing.',
  missingWhy: '{file} is not beside the page, is not whole, or is of another version.',
  missingDo:
    'Unpack the whole zip into one folder, and open index.html there. On a host, put all of it there, and reload.',
  failed: 'The model could not be run.',
  failedDo: 'Reload the page; if it stays, open it in a current browser (Chrome, Edge, Firefox, Safari).',
} as const;
