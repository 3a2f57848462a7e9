// A zip archive that somebody gave, read where it lies: of its files one is in memory at a time.
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { type ReadPart, unzipEntry } from '../core/import/unzip.ts';
import { readZipEnd, readZipEntries, zipTailBytes } from '../core/zip-directory.ts';

const limits = {
  /** Of all that is in it, unpacked. */
  bytes: 4 * 2 ** 30,
  /** All that a zip without zip64 has. */
  entries: 0xfffe,
  /** Of one file, unpacked. */
  fileBytes: 40 * 2 ** 20,
} as const;

export interface ZipArchive {
  /** Of plain files, in the archive's order. */
  readonly paths: readonly string[];
  /** @throws HaversackError `ArchiveInvalid`, `TooLarge` */
  read(path: string): Promise<Bytes>;
}

/** @throws HaversackError `ArchiveInvalid`, `TooLarge` */
export async function openZip(zip: Blob): Promise<ZipArchive> {
  const read: ReadPart = async (offset, bytes) =>
    new Uint8Array(await zip.slice(offset, offset + bytes).arrayBuffer());
  const tailBytes = zipTailBytes(zip.size);
  const end = readZipEnd(await read(zip.size - tailBytes, tailBytes), zip.size, limits.entries);
  const directory = await read(end.offset, end.bytes);
  const entries = new Map(
    readZipEntries(directory, end, zip.size, limits.bytes).map(entry => [entry.name, entry]),
  );
  return {
    paths: [...entries.keys()],
    read(path) {
      const entry = entries.get(path);
      if (!entry) throw new HaversackError('ArchiveInvalid', `'${path}' is not in the archive`);
      if (entry.bytes > limits.fileBytes) {
        throw new HaversackError(
          'TooLarge',
          `'${path}' has ${entry.bytes} bytes, at most ${limits.fileBytes} are taken`,
        );
      }
      return unzipEntry(read, entry);
    },
  };
}
