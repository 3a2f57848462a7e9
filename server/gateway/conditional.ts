// Conditional and partial requests (RFC 9110 §13, §14), as far as content that never changes needs them.
import { HaversackError } from '../../src/core/errors.ts';

/** Whether If-None-Match names the tag (weak comparison, §13.1.2). */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some(each => each.trim().replace(/^W\//, '') === tag);
}

export interface Range {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** The one range of a Range header; null to send the whole: no header, another unit, several ranges. `unsatisfiable` is 416. */
export function parseRange(header: string | undefined, length: number): Range | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const last = Number(match[2]);
    return last === 0 ? 'unsatisfiable' : { start: Math.max(0, length - last), end: length };
  }
  const start = Number(match[1]);
  const end = match[2] === '' ? length : Math.min(length, Number(match[2]) + 1);
  if (match[2] !== '' && Number(match[2]) < start) return null;
  return start >= length ? 'unsatisfiable' : { start, end };
}

/**
 * The revision that an alias move is made for; null for one that must not be there.
 * @throws HaversackError `PreconditionRequired` without a condition, `BadRequest`
 */
export function requiredRevision(
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): number | null {
  if (ifMatch === undefined) {
    if (ifNoneMatch?.trim() === '*') return null;
    throw new HaversackError(
      'PreconditionRequired',
      'neither If-Match: "revision" nor, for a new alias, If-None-Match: *',
    );
  }
  const revision = /^"(\d{1,15})"$/.exec(ifMatch.trim())?.[1];
  if (revision === undefined) {
    throw new HaversackError(
      'BadRequest',
      `If-Match is ${ifMatch.slice(0, 40)}, wanted "revision" in quotes`,
    );
  }
  return Number(revision);
}
