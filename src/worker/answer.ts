// Nothing throws across the border of a worker, where an error's class is lost: every method answers a `Result`.
import { type ErrorCode, toFailure } from '../core/errors.ts';
import { missingPart } from './missing-part.ts';
import { fail, ok, type Result } from '../core/result.ts';

/** @param otherwise what an error means that is none of ours */
export async function answer<T>(
  work: () => Promise<T>,
  otherwise: ErrorCode = 'Internal',
): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    return fail(toFailure(missingPart(error) ?? error, otherwise));
  }
}
