// Writes a zip archive (PKWARE APPNOTE 6.3.10) as it goes: of what is packed, no more than a part is in memory.
import { Zip, ZipDeflate } from 'fflate';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';

export interface PackedFile {
  /** With `/` between its parts. */
  readonly path: string;
  readonly bytes: Bytes;
  readonly at: Date;
}

/** So much is collected before it is handed to the browser, which may keep a Blob on disk. */
const partBytes = 4 * 2 ** 20;
/** Packed at once: between such parts of a file, whoever looks at the page may scroll it. */
const packedAtOnce = 2 ** 20;
/** A year that the format can write (APPNOTE 4.4.6: from 1980). */
const earliest = new Date(1980, 0, 2);

/** What an archive holds without zip64 (APPNOTE 4.4.1.4), which fflate 0.8 does not write. */
const most = { files: 0xfffe, bytes: 0xffff_fffe } as const;
/** Of each file, beside its content and its name twice: local header, descriptor, directory (APPNOTE 4.3.7 to 4.3.12). */
const headerBytes = 30 + 16 + 46;

/**
 * Before the first is read, where it is known how many there are.
 * @param bytes of all files together
 * @throws HaversackError `TooLarge`
 */
export function assertZipHolds(files: number, bytes: number): void {
  if (files <= most.files && bytes <= most.bytes) return;
  throw new HaversackError(
    'TooLarge',
    `${files} files of ${bytes} bytes: one zip holds ${most.files} files and 4 GiB. Take away less at a time.`,
  );
}

/**
 * Photos are compressed already: they are stored in deflate's form, which all tools read of a stream.
 * @throws HaversackError `TooLarge` for more than a zip archive holds; and what `files` throws
 */
export async function zipBlob(files: AsyncIterable<PackedFile> | Iterable<PackedFile>): Promise<Blob> {
  const parts: Blob[] = [];
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  let [count, total] = [0, 0];
  let failed: Error | null = null;
  const zip = new Zip((error, data) => {
    if (error) failed = error;
    else pending.push(data.slice());
    bytes += data.length;
  });
  const seal = () => {
    if (failed) throw failed;
    parts.push(new Blob(pending));
    pending = [];
    bytes = 0;
  };
  for await (const { path, bytes: content, at } of files) {
    count += 1;
    total += headerBytes + 2 * new TextEncoder().encode(path).length + content.length;
    assertZipHolds(count, total);
    const file = new ZipDeflate(path, { level: levelOf(path) });
    file.mtime = at < earliest ? earliest : at;
    zip.add(file);
    for (let from = 0; ; from += packedAtOnce) {
      const isLast = from + packedAtOnce >= content.length;
      file.push(content.subarray(from, from + packedAtOnce), isLast);
      if (bytes >= partBytes) seal();
      if (isLast) break;
      await new Promise<void>(resume => void setTimeout(resume));
    }
  }
  zip.end();
  seal();
  return new Blob(parts, { type: 'application/zip' });
}

function levelOf(path: string): 0 | 1 | 6 {
  if (/\.(csv|json|geojson|html|css|txt)$/.test(path)) return 6;
  // Most of a script of ours is base64: its two bits of eight go at any level.
  return path.endsWith('.js') ? 1 : 0;
}
