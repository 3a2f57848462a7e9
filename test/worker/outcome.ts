// What a call to the worker came to.
import type { Failure } from '../../src/core/errors.ts';
import type { Result } from '../../src/core/result.ts';

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
}

export function failureOf(result: Result<unknown>): Failure {
  if (result.ok) throw new Error('it succeeded');
  return result.error;
}
