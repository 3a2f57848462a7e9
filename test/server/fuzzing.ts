// How much is fuzzed: little in every run of the tests, as much as `npm run fuzz` says in the long form (scripts/fuzz.mjs).
import { expect } from 'vitest';

/** The same inputs in every run; another seed tries others. */
export const fuzzSeed = Number(process.env['HAVERSACK_FUZZ_SEED'] ?? 20_261_124);

export function fuzzInputs(short: number): number {
  return Number(process.env['HAVERSACK_FUZZ_INPUTS'] ?? short);
}

/** The check process gives up after two minutes; whoever has no answer by then hangs. */
const deadlineMs = 150_000;

/** @throws AssertionError where it is not settled by then */
export async function settled<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(() => {
      resolve('late');
    }, deadlineMs);
  });
  const outcome = await Promise.race([work, late]);
  clearTimeout(timer);
  expect(outcome, `no answer within ${deadlineMs / 1000} s`).not.toBe('late');
  return outcome as T;
}
