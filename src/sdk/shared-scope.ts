// The scope of work that is done for several callers at a time.
import { ClientError, clientError } from './client-error.ts';
import { reasonOf, type Scope } from './scope.ts';

/** For work that is done for several: it ends when all of them have. `end` must be called. */
export function allOf(scopes: readonly Scope[]): { readonly scope: Scope; readonly end: () => void } {
  const controller = new AbortController();
  const look = () => {
    if (scopes.every(({ signal }) => signal.aborted)) controller.abort();
  };
  for (const { signal } of scopes) signal.addEventListener('abort', look);
  return {
    scope: {
      signal: controller.signal,
      leftMs: () => Math.max(...scopes.map(({ leftMs }) => leftMs())),
      explain: (thrown, otherwise) =>
        thrown instanceof ClientError ? thrown : clientError(otherwise, reasonOf(thrown), thrown),
    },
    end: () => scopes.forEach(({ signal }) => signal.removeEventListener('abort', look)),
  };
}
