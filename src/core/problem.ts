// An error as an answer: RFC 9457 problem details, with the Open Inference Protocol's `error`. Every host that answers uses it.
import { errorCatalogue, type HaversackError } from './errors.ts';

export const problemMediaType = 'application/problem+json';

/** How long a client waits before it asks again, where an answer says so and nobody knows better. */
const retryAfterSeconds = 5;

/** Characters of a detail: who got a thousand members wrong learns of the first. */
const maxDetailLength = 4_000;

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param members beside those of the error: what its host knows of the request */
export function problemOf(error: HaversackError, members: Readonly<Record<string, unknown>> = {}): Problem {
  const { status, title, remedy } = errorCatalogue[error.code];
  const detail = error.detail.slice(0, maxDetailLength);
  const seconds = Math.max(1, Math.ceil(error.retryAfterSeconds ?? retryAfterSeconds));
  return {
    status,
    headers: {
      ...(error.code === 'Unauthorized' ? { 'WWW-Authenticate': 'Bearer realm="haversack"' } : {}),
      ...(status === 429 || status === 503 ? { 'Retry-After': String(seconds) } : {}),
      'Content-Type': problemMediaType,
      'Cache-Control': 'no-store',
    },
    body: JSON.stringify({
      ...error.members,
      ...members,
      type: `/docs/errors#${error.code}`,
      title,
      status,
      detail,
      code: error.code,
      error: `${title} ${detail}`.trim(),
      remedy,
    }),
  };
}
