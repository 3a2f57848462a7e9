// Whether a JPEG holds a picture and nothing else: cameras write where and when beside it (EXIF, XMP, IPTC).
import type { Bytes } from '../core/artifact/digest.ts';

/** ITU-T T.81, table B.1. */
const markers = {
  start: 0xd8,
  end: 0xd9,
  scan: 0xda,
  comment: 0xfe,
  app0: 0xe0,
  app2: 0xe2,
  app14: 0xee,
  app15: 0xef,
} as const;
/** What says how the picture is shown, by how it begins. Others use the same markers: more pictures, with an EXIF each (MPF). */
const harmless: Readonly<Record<number, string>> = {
  [markers.app0]: 'JFIF\0',
  [markers.app2]: 'ICC_PROFILE\0',
  [markers.app14]: 'Adobe',
};

/** False for what is no JPEG, for one without an end, and where something follows it: phones put films and pictures there. */
export function isPlainJpeg(bytes: Bytes): boolean {
  if (bytes[0] !== 0xff || bytes[1] !== markers.start) return false;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    const isApplication = marker >= markers.app0 && marker <= markers.app15;
    if (marker === markers.comment || (isApplication && !isHarmless(bytes, at))) return false;
    at += 2 + 256 * bytes[at + 2]! + bytes[at + 3]!;
    if (marker === markers.scan) at = afterScan(bytes, at);
  }
  return bytes[at] === 0xff && bytes[at + 1] === markers.end && at + 2 === bytes.length;
}

function isHarmless(bytes: Bytes, at: number): boolean {
  const name = harmless[bytes[at + 1]!];
  return (
    name !== undefined && Array.from(name).every((letter, i) => bytes[at + 4 + i] === letter.charCodeAt(0))
  );
}

/** The marker after the scan's data: in those, 0xFF is followed by 0, or by a restart's number (T.81, B.1.1.2, B.1.1.5). */
function afterScan(bytes: Bytes, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    const isData = next === 0 || next === 0xff || (next !== undefined && next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
  return bytes.length;
}
