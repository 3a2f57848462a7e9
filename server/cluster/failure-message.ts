// An error over the link, whole: what a client is told of it is the same wherever it was found.
import { type ErrorCode, type HaversackError } from '../../src/core/errors.ts';
import { LoggedError } from '../gateway/logged-error.ts';

export interface LinkFailure {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly members: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | null;
}

export function failureOf({ code, detail, members, retryAfterSeconds }: HaversackError): LinkFailure {
  return { code, detail, members, retryAfterSeconds };
}

export function errorOf({ code, detail, members, retryAfterSeconds }: LinkFailure): HaversackError {
  return new LoggedError(code, detail, {
    members,
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
  });
}

export function failureToJson(failure: LinkFailure): string {
  return JSON.stringify(failure);
}

export function failureFromJson(text: string): LinkFailure {
  return JSON.parse(text) as LinkFailure;
}
