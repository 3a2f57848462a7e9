// Of the catalogue of errors (`errors.ts`), those that a client of the protocol meets before any server has said a word. Apart
// from the rest, because a small client carries these and no others.

export interface ErrorKind {
  readonly status: number;
  /** What happened, in one sentence. */
  readonly title: string;
  /** What the reader can do, in one sentence. */
  readonly remedy: string;
}

export const clientErrors = {
  InputInvalid: {
    status: 400,
    title: 'An input does not fit the model.',
    remedy: 'Give the inputs that the model’s interface names.',
  },
  TooLarge: {
    status: 413,
    title: 'It is larger than allowed.',
    remedy: 'Make it smaller, or have an admin raise the limit that the detail names.',
  },
  Offline: {
    status: 503,
    title: 'The server cannot be reached.',
    remedy: 'Everything on this device still works; it is tried again when the network returns.',
  },
  Aborted: { status: 499, title: 'Stopped.', remedy: 'Start it again when you like.' },
  DeadlineExceeded: {
    status: 504,
    title: 'It took longer than it may.',
    remedy: 'Ask for less at once, or have an admin raise the deadline that the detail names.',
  },
  Internal: {
    status: 500,
    title: 'Something broke that should not have.',
    remedy: 'Try again; if it stays, report it with the detail.',
  },
} as const satisfies Record<string, ErrorKind>;
