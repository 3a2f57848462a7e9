// Canonical JSON (RFC 8785): the one byte sequence of a document, which is hashed and signed.
import canonicalize from 'canonicalize';
import { HaversackError } from '../errors.ts';
import { type Bytes, type Digest, sha256 } from './digest.ts';

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * UTF-8 of the RFC 8785 form. Members that are `undefined` are left out, as `JSON.stringify` does.
 * @throws HaversackError `DocumentInvalid` for what has no such form: a number beyond binary64 (`1e999` parses as
 *   Infinity), nesting without end
 */
export function canonicalBytes(value: Json): Bytes {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HaversackError('DocumentInvalid', `it has no canonical form: ${reason}`, { cause });
  }
  if (text === undefined) throw new TypeError('canonicalBytes: undefined has no JSON form');
  return new TextEncoder().encode(text);
}

/** A document's identity: SHA-256 of its canonical bytes. */
export function documentDigest(value: Json): Promise<Digest> {
  return sha256(canonicalBytes(value));
}
