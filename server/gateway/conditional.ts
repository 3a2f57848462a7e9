// Conditional and partial requests (RFC 9110 §13, §14), as far as content that never changes needs them.
import { createHash } from 'node:crypto';
import { HaversackError } from '../../src/core/errors.ts';

/** Whether If-None-Match names the tag (weak comparison, §13.1.2). */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some(each => each.trim().replace(/^W\//, '') === tag);
}

/** A body, and the strong tag that is the hash of exactly these bytes. */
export interface Tagged {
  readonly body: Buffer;
  /** With its quotes. */
  readonly tag: string;
}

export function tagged(value: unknown): Tagged {
  const body = Buffer.from(JSON.stringify(value));
  return { body, tag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}

/**
 * Whether If-Match names the tag (strong comparison, §13.1.1); `*` is whatever is there.
 * @throws HaversackError `PreconditionRequired` without the header (RFC 6585 §3), `PreconditionFailed`
 */
export function requireMatch(header: string | undefined, tag: string): void {
  if (header === undefined) throw new HaversackError('PreconditionRequired', 'no If-Match: "tag"');
  if (header.trim() === '*' || header.split(',').some(each => each.trim() === tag)) return;
  throw new HaversackError('PreconditionFailed', `it is ${tag} now, If-Match is ${header.slice(0, 100)}`);
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
 * The revision that a change of an alias is made for.
 * @throws HaversackError `PreconditionRequired`, `BadRequest`
 */
export function requiredMatch(ifMatch: string | undefined): number {
  if (ifMatch === undefined) throw new HaversackError('PreconditionRequired', 'no If-Match: "revision"');
  return revisionOf(ifMatch);
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
  return revisionOf(ifMatch);
}

function revisionOf(ifMatch: string): number {
  const revision = /^"(\d{1,15})"$/.exec(ifMatch.trim())?.[1];
  if (revision === undefined) {
    throw new HaversackError(
      'BadRequest',
      `If-Match is ${ifMatch.slice(0, 40)}, wanted "revision" in quotes`,
    );
  }
  return Number(revision);
}
