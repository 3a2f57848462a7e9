// Whose fault a malformed message is: a code of the catalogue.
import { type ErrorCode, HaversackError } from '../errors.ts';
import { Malformed } from './malformed.ts';

/** Runs `read`; what is malformed becomes an error of this code. */
export function blaming<T>(code: ErrorCode, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) throw new HaversackError(code, error.message, { cause: error });
    throw error;
  }
}
