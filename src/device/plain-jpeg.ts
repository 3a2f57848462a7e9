// Whether a JPEG holds a picture and nothing else: cameras write where and when beside it (EXIF, XMP, IPTC).
import type { Bytes } from '../core/artifact/digest.ts';

/** ITU-T T.81, table B.1. */
const markers = { start: 0xd8, scan: 0xda, comment: 0xfe, app0: 0xe0, app2: 0xe2, app14: 0xee, app15: 0xef };
/** JFIF, an ICC profile, Adobe's colour transform: what says how the picture is shown. */
const harmless: readonly number[] = [markers.app0, markers.app2, markers.app14];

/** False for what is no JPEG, and for one that ends before its picture begins. */
export function isPlainJpeg(bytes: Bytes): boolean {
  if (bytes[0] !== 0xff || bytes[1] !== markers.start) return false;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === markers.scan) return true;
    const isApplication = marker >= markers.app0 && marker <= markers.app15;
    if (marker === markers.comment || (isApplication && !harmless.includes(marker))) return false;
    at += 2 + 256 * bytes[at + 2]! + bytes[at + 3]!;
  }
  return false;
}
