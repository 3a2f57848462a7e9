// Parts of the app are fetched when they are first needed, and kept from then on. One that cannot be fetched says nothing of a
// model.
import { HaversackError } from '../core/errors.ts';

/**
 * How engines say that the file of an `import()` did not arrive. HTML ("fetch an import() module script graph") wants a TypeError
 * and leaves its text open; a module that throws while it is evaluated is told by an error of its own.
 */
const toldBy = [
  // Chromium
  'Failed to fetch dynamically imported module',
  // Firefox
  'error loading dynamically imported module',
  // Safari
  'Importing a module script failed',
];

/** @returns `Offline`, saying which part; null for any other error */
export function missingPart(thrown: unknown): HaversackError | null {
  if (!(thrown instanceof Error) || thrown instanceof HaversackError) return null;
  // ONNX Runtime wraps the error of its own `import()` in one of another name.
  if (!toldBy.some(text => thrown.message.includes(text))) return null;
  const file = /[^/\s]+\.m?js\b/.exec(thrown.message)?.[0];
  const part = file ? `a part of this app (${file})` : 'a part of this app';
  return new HaversackError('Offline', `${part} is not on this device yet: connect once, and it stays`, {
    cause: thrown,
  });
}
