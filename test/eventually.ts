// Waits for a state, however slow the machine is.
import { vi } from 'vitest';

/** Longer than a machine under heavy load takes, shorter than a test may: Vitest's own patience ends after one second. */
const patienceMs = 25_000;

/** @returns what `check` answers the first time that it does not throw */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: patienceMs });
}
