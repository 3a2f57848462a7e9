// The code that an HTTP status stands for, where an answer says no more than that.
import type { ErrorCode } from '../core/errors.ts';

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  // Of a host of files, for what is no GET: there is nothing of that kind.
  405: 'NotFound',
  409: 'Conflict',
  412: 'PreconditionFailed',
  413: 'TooLarge',
  415: 'UnsupportedMediaType',
  428: 'PreconditionRequired',
  429: 'TooManyRequests',
  501: 'NotFound',
  502: 'Unavailable',
  503: 'Unavailable',
  504: 'Unavailable',
};

export function codeOfStatus(status: number): ErrorCode {
  return byStatus[status] ?? (status >= 500 ? 'Internal' : 'BadRequest');
}
