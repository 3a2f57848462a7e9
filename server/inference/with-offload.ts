// Overload becomes offload: the error of an answer that names what a client fetches to run the model by itself.
import { HaversackError } from '../../src/core/errors.ts';
import { type Offload, offloadMember } from '../../src/core/protocol/offload.ts';

/** @param offload null where there is nothing to fetch: the error stays as it is */
export function withOffload(error: HaversackError, offload: Offload | null): HaversackError {
  if (!offload) return error;
  return new HaversackError(error.code, error.detail, {
    cause: error,
    ...(error.retryAfterSeconds === null ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    members: { ...error.members, [offloadMember]: offload },
  });
}
