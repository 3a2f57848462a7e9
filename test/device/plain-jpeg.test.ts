// What lies in a JPEG beside its picture, wherever it lies, is told.
import { expect, test } from 'vitest';
import { isPlainJpeg } from '../../src/device/plain-jpeg.ts';

const ascii = (text: string): number[] => [...text].map(letter => letter.charCodeAt(0));
const segment = (marker: number, body: readonly number[]): number[] => [
  0xff,
  marker,
  Math.floor((body.length + 2) / 256),
  (body.length + 2) % 256,
  ...body,
];
const start = [0xff, 0xd8];
const end = [0xff, 0xd9];
const jfif = segment(0xe0, [...ascii('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
const tables = segment(0xdb, [0, 0xff, 0xe1, 0xff, 0xfe]);
// With a byte 0xFF of the picture's, and a restart.
const scan = [...segment(0xda, [1, 1, 0, 0, 63, 0]), 7, 0xff, 0, 9, 0xff, 0xd0, 5];
const exif = segment(0xe1, ascii('Exif\0\0 52.5200N'));
const whole = (...parts: readonly (readonly number[])[]) => Uint8Array.from(parts.flat());

test.each([
  ['a picture', whole(start, jfif, tables, scan, end)],
  ['two scans', whole(start, jfif, tables, scan, tables, scan, end)],
  ['a colour profile', whole(start, jfif, segment(0xe2, ascii('ICC_PROFILE\0..')), scan, end)],
  ["Adobe's transform", whole(start, segment(0xee, ascii('Adobe\0d\0\0\0\0\0')), scan, end)],
])('%s is nothing but a picture', (_what, bytes) => {
  expect(isPlainJpeg(bytes)).toBe(true);
});

test.each([
  ['EXIF', whole(start, jfif, exif, scan, end)],
  ['EXIF between two scans', whole(start, jfif, scan, exif, scan, end)],
  ['a comment', whole(start, segment(0xfe, ascii('by me')), scan, end)],
  ['an index of more pictures', whole(start, segment(0xe2, ascii('MPF\0II*\0')), scan, end)],
  ["a camera's own words", whole(start, segment(0xe0, ascii('CIFF....')), scan, end)],
  ['another picture behind it', whole(start, jfif, scan, end, start, exif, scan, end)],
  ['anything behind it', whole(start, jfif, scan, end, [0])],
  ['no end', whole(start, jfif, scan)],
  ['an end of nothing', whole(start)],
  ['no JPEG', whole(ascii('GIF89a'))],
])('%s is more, or less', (_what, bytes) => {
  expect(isPlainJpeg(bytes)).toBe(false);
});
