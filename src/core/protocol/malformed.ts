// A message that breaks the protocol, before it is known whose fault that is: a client's (400) or a server's.
import { type ErrorCode, HaversackError } from '../errors.ts';

export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** Runs `read`; what is malformed becomes an error of this code. */
export function blaming<T>(code: ErrorCode, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw new HaversackError(code, error.message, { cause: error });
    throw error;
  }
}
