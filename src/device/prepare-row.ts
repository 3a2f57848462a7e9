// From a row of numbers to what is kept of it: its bytes. It has no picture: whoever shows it draws its numbers.
import { HaversackError } from '../core/errors.ts';
import { rowBytes, rowMediaType } from '../core/teach/row-bytes.ts';
import type { KeptRow } from './examples.ts';

/** Rows are compared by their digest alone. */
const noFingerprint = '0'.repeat(16);

/**
 * The same numbers give the same bytes.
 * @param values [columns]
 * @throws HaversackError `InputInvalid` for none, and for numbers that are not finite
 */
export function prepareRow(values: Float32Array): KeptRow {
  const at = values.findIndex(value => !Number.isFinite(value));
  if (at >= 0 || values.length === 0) {
    const what = values.length === 0 ? 'of no numbers' : `whose number ${at + 1} is ${values[at]}`;
    throw new HaversackError('InputInvalid', `a row ${what}`);
  }
  return {
    mediaType: rowMediaType,
    bytes: rowBytes(values),
    width: values.length,
    height: 1,
    thumbnail: new Uint8Array(0),
    fingerprint: noFingerprint,
  };
}
