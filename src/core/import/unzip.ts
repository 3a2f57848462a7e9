// A zip archive in memory as the files in it, within the same limits as on the server (`core/zip-directory.ts`).
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
  for (const entry of entries) files.push({ path: entry.name, bytes: await bytesOf(archive, entry) });
  return files;
}

/** What the archive holds, without unpacking it. @throws HaversackError as `unzip` */
export function zipEntries(archive: Bytes, maxBytes: number): ZipEntry[] {
  const end = readZipEnd(archive.subarray(archive.length - zipTailBytes(archive.length)), archive.length);
  const directory = archive.subarray(end.offset, end.offset + end.bytes);
  return readZipEntries(directory, end, archive.length, maxBytes);
}

async function bytesOf(archive: Bytes, entry: ZipEntry): Promise<Bytes> {
  const header = archive.subarray(entry.offset, entry.offset + localHeaderBytes);
  if (header.length < localHeaderBytes) throw invalidZip('it ends too early');
  const start = zipDataStart(header, entry);
  const packed = archive.subarray(start, start + entry.packedBytes);
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
