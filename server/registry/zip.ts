// A zip archive on this disk, unpacked entry by entry by what its directory says (`core/zip-directory.ts`). `fflate` unpacks
// streams by their local headers, which say nothing of links, and of passwords only in passing.
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import {
  invalidZip,
  localHeaderBytes,
  notAsSaid,
  readZipEnd,
  readZipEntries,
  zipDataStart,
  type ZipEntry,
  zipMethods,
  zipTailBytes,
} from '../../src/core/zip-directory.ts';

/**
 * The plain files of an archive; folders, and what macOS adds for itself, are left out.
 * @param maxBytes of all of them together, unpacked
 * @throws HaversackError `ArchiveInvalid`, `TooLarge`
 */
export async function readZip(path: string, maxBytes: number): Promise<ZipEntry[]> {
  const handle = await open(path);
  try {
    const archiveBytes = (await handle.stat()).size;
    const tailBytes = zipTailBytes(archiveBytes);
    const end = readZipEnd(await readAt(handle, archiveBytes - tailBytes, tailBytes), archiveBytes);
    return readZipEntries(await readAt(handle, end.offset, end.bytes), end, archiveBytes, maxBytes);
  } finally {
    await handle.close();
  }
}

/** @throws HaversackError `ArchiveInvalid` where the entry is not what the directory says */
export async function unpack(path: string, entry: ZipEntry, to: string): Promise<void> {
  const start = await dataStart(path, entry);
  let bytes = 0;
  let crc = 0;
  const meter = new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      crc = crc32(part, crc);
      // Never more than was judged, whatever the stream holds.
      done(bytes > entry.bytes ? notAsSaid(entry, `more than ${entry.bytes} bytes`) : null, part);
    },
  });
  // `end` is inclusive: of nothing there is no stream.
  const source =
    entry.packedBytes === 0
      ? Readable.from([])
      : createReadStream(path, { start, end: start + entry.packedBytes - 1 });
  const target = createWriteStream(to, { flags: 'wx', mode: 0o600 });
  const unpacking = entry.method === zipMethods.deflated ? createInflateRaw() : new PassThrough();
  await pipeline(source, unpacking, meter, target).catch((error: unknown) => {
    throw isOfZlib(error) ? notAsSaid(entry, `what does not unpack (${error.message})`) : error;
  });
  if (bytes !== entry.bytes) throw notAsSaid(entry, `${bytes} bytes, not ${entry.bytes}`);
  if (crc !== entry.crc) throw notAsSaid(entry, 'other bytes than its checksum is of');
}

async function dataStart(path: string, entry: ZipEntry): Promise<number> {
  const handle = await open(path);
  try {
    return zipDataStart(await readAt(handle, entry.offset, localHeaderBytes), entry);
  } finally {
    await handle.close();
  }
}

async function readAt(handle: FileHandle, position: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, position);
  if (bytesRead < bytes) throw invalidZip('it ends too early');
  return buffer;
}

function isOfZlib(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
