// What the browser's storage throws, in the words of our catalogue.
import { HaversackError } from '../core/errors.ts';

/** `QuotaExceeded` and `StorageFailed` for the browser's own errors; ours stay as they are. */
export function toStorageError(thrown: unknown): HaversackError {
  if (thrown instanceof HaversackError) return thrown;
  const { name, message } = thrown instanceof Error ? thrown : { name: 'Error', message: String(thrown) };
  switch (name) {
    case 'QuotaExceededError':
      return new HaversackError('QuotaExceeded', message || 'the browser gives no more room', {
        cause: thrown,
      });
    case 'AbortError':
      return new HaversackError('Aborted', message, { cause: thrown });
    case 'VersionError':
      return new HaversackError('StorageFailed', 'a newer version of this app was here: reload', {
        cause: thrown,
      });
    default:
      return new HaversackError('StorageFailed', `${name}: ${message}`, { cause: thrown });
  }
}

/** Runs storage work; what the browser throws comes out as a `HaversackError`. */
export async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw toStorageError(thrown);
  }
}
