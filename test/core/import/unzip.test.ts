import { crc32 as zlibCrc32 } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { crc32 } from '../../../src/core/crc32.ts';
import { unzip } from '../../../src/core/import/unzip.ts';

const limit = 2 ** 20;
const text = strToU8('the quick brown fox '.repeat(50));

function zip(entries: Parameters<typeof zipSync>[0]): Bytes {
  return new Uint8Array(zipSync(entries));
}

function changed(archive: Bytes, find: Uint8Array, change: (at: number, copy: Bytes) => void): Bytes {
  const copy = new Uint8Array(archive);
  const at = Buffer.from(copy).indexOf(find);
  expect(at).toBeGreaterThanOrEqual(0);
  change(at, copy);
  return copy;
}

/** The signature of the central directory's entries. */
const central = Uint8Array.from([0x50, 0x4b, 0x01, 0x02]);

it('has the checksum that zlib has', () => {
  expect(crc32(text)).toBe(zlibCrc32(text));
  expect(crc32(new Uint8Array())).toBe(0);
});

it('gives the files of an archive, packed or stored, without folders and what macOS adds', async () => {
  const archive = zip({
    'm/a.txt': text,
    'b.bin': [text, { level: 0 }],
    'empty.bin': new Uint8Array(),
    '__MACOSX/a.txt': text,
    'm/.DS_Store': text,
  });
  expect(await unzip(archive, limit)).toEqual([
    { path: 'm/a.txt', bytes: text },
    { path: 'b.bin', bytes: text },
    { path: 'empty.bin', bytes: new Uint8Array() },
  ]);
});

describe('refuses', () => {
  it.each([
    ['a way out of it', () => zip({ '../a': text }), 'ArchiveInvalid'],
    ['a path from the root', () => zip({ '/a': text }), 'ArchiveInvalid'],
    ['more than is taken', () => zip({ a: new Uint8Array(limit + 1) }), 'TooLarge'],
    ['a bomb', () => zip({ a: new Uint8Array(32 * 2 ** 20) }), 'TooLarge', 64 * 2 ** 20],
    ['what is cut off', () => zip({ a: text }).slice(0, -30), 'ArchiveInvalid'],
    ['nothing', () => new Uint8Array(), 'ArchiveInvalid'],
    [
      'a checksum of other bytes',
      () => changed(zip({ a: text }), central, (at, copy) => (copy[at + 16]! ^= 1)),
      'ArchiveInvalid',
    ],
    [
      'more than an entry says',
      () => changed(zip({ a: text }), central, (at, copy) => (copy[at + 25]! -= 1)),
      'ArchiveInvalid',
    ],
    [
      'what does not unpack',
      () => changed(zip({ a: text }), central, (_, copy) => copy.fill(0xff, 31, 45)),
      'ArchiveInvalid',
    ],
  ] as [string, () => Bytes, string, number?][])('%s', async (_, make, code, most = limit) => {
    await expect(unzip(make(), most)).rejects.toMatchObject({ code });
  });
});
