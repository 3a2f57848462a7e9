// A zip archive as the files in it, in memory or wherever its parts can be read, within the same limits as on the server
// (`core/zip-directory.ts`).
import type { Bytes } from '../artifact/digest.ts';
import { crc32 } from '../crc32.ts';
import { unpack } from '../unpack.ts';
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
} from '../zip-directory.ts';
import type { ImportFile } from './imported.ts';

/** What is not packed is a view of the archive. @throws HaversackError `ArchiveInvalid`, `TooLarge` */
export async function unzip(archive: Bytes, maxBytes: number): Promise<ImportFile[]> {
  const entries = zipEntries(archive, maxBytes);
  const files: ImportFile[] = [];
  // One after the other: together they would need their memory at once.
  const read: ReadPart = (offset, bytes) => Promise.resolve(archive.subarray(offset, offset + bytes));
  for (const entry of entries) files.push({ path: entry.name, bytes: await unzipEntry(read, entry) });
  return files;
}

/** What the archive holds, without unpacking it. @throws HaversackError as `unzip` */
export function zipEntries(archive: Bytes, maxBytes: number): ZipEntry[] {
  const end = readZipEnd(archive.subarray(archive.length - zipTailBytes(archive.length)), archive.length);
  const directory = archive.subarray(end.offset, end.offset + end.bytes);
  return readZipEntries(directory, end, archive.length, maxBytes);
}

/** Of the archive, from there; shorter where it ends before. */
export type ReadPart = (offset: number, bytes: number) => Promise<Bytes>;

/** One file, whole in memory. @throws HaversackError `ArchiveInvalid` where it is not what the directory says */
export async function unzipEntry(read: ReadPart, entry: ZipEntry): Promise<Bytes> {
  const header = await read(entry.offset, localHeaderBytes);
  if (header.length < localHeaderBytes) throw invalidZip('it ends too early');
  const packed = await read(zipDataStart(header, entry), entry.packedBytes);
  const bytes = entry.method === zipMethods.deflated ? await inflated(packed, entry) : packed;
  if (bytes.length !== entry.bytes) throw notAsSaid(entry, `${bytes.length} bytes, not ${entry.bytes}`);
  if (crc32(bytes) !== entry.crc) throw notAsSaid(entry, 'other bytes than its checksum is of');
  return bytes;
}

async function inflated(packed: Bytes, entry: ZipEntry): Promise<Bytes> {
  const bytes = await unpack(packed, 'deflate-raw', entry.bytes).catch((cause: unknown) => {
    throw notAsSaid(
      entry,
      `what does not unpack (${cause instanceof Error ? cause.message : String(cause)})`,
    );
  });
  if (!bytes) throw notAsSaid(entry, `more than ${entry.bytes} bytes`);
  return bytes;
}
