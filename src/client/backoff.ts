// Waiting that ends in an error where a signal ends it.
import { HaversackError } from '../core/errors.ts';
import { wait } from './wait.ts';

/** @throws HaversackError `Aborted` as soon as `signal` does */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(ms, signal);
  throwIfAborted(signal);
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new HaversackError('Aborted', 'stopped');
}
