// Writes a zip archive (PKWARE APPNOTE 6.3.10) as it goes: of what is packed, no more than a part is in memory.
import { Zip, ZipDeflate } from 'fflate';
import type { Bytes } from '../core/artifact/digest.ts';

export interface PackedFile {
  /** With `/` between its parts. */
  readonly path: string;
  readonly bytes: Bytes;
  readonly at: Date;
}

/** So much is collected before it is handed to the browser, which may keep a Blob on disk. */
const partBytes = 4 * 2 ** 20;
/** A year that the format can write (APPNOTE 4.4.6: from 1980). */
const earliest = new Date(1980, 0, 2);

/** Photos are compressed already: they are stored in deflate's form, which all tools read of a stream. */
export async function zipBlob(files: AsyncIterable<PackedFile> | Iterable<PackedFile>): Promise<Blob> {
  const parts: Blob[] = [];
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
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
    const file = new ZipDeflate(path, { level: levelOf(path) });
    file.mtime = at < earliest ? earliest : at;
    zip.add(file);
    file.push(content, true);
    if (bytes >= partBytes) seal();
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
