// What a start failed of: what, why, what to do.

export class StartFailed extends Error {
  override readonly name = 'StartFailed';
  readonly why: string;
  readonly remedy: string;

  constructor(what: string, why: string, remedy: string) {
    super(what);
    this.why = why;
    this.remedy = remedy;
  }
}

/** Why nothing listens there, told; what is not known is passed on. */
export function notListening(error: unknown, port: number, host: string): unknown {
  switch (error instanceof Error && 'code' in error ? error.code : null) {
    case 'EADDRINUSE':
      return new StartFailed(
        'The server did not start.',
        `Port ${port} is in use.`,
        `Stop what uses it, or take another with --port ${port === 65_535 ? 8787 : port + 1}.`,
      );
    case 'EACCES':
      return new StartFailed(
        'The server did not start.',
        `This user may not open port ${port}.`,
        'Take one above 1023 with --port.',
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartFailed(
        'The server did not start.',
        `${host} is not an address of this machine.`,
        'Give one that is with --host, or 0.0.0.0 for all.',
      );
    default:
      return error;
  }
}
