// A download's state.
export const download = {
  starting: 'Starting the download…',
  running: 'Downloading {share}',
  paused: 'Paused',
  bytes: '{received} of {total}',
  pause: 'Pause',
  resume: 'Go on',
  drop: 'Cancel',
} as const;
