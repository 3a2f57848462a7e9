// A download's state.
export const download = {
  starting: 'Starting the download…',
  running: 'Downloading {share}',
  paused: 'Paused',
  bytes: '{received} of {total}',
  pause: 'Pause',
  resume: 'Go on',
  metered: 'Waits for Wi-Fi or another connection that costs nothing: this one is metered.',
  anyway: 'Download anyway',
  drop: 'Cancel',
} as const;
