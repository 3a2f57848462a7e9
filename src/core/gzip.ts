// gzip (RFC 1952). Packed by one implementation on every host and without a time stamp, so that the same bytes in are
// the same bytes out. Unpacking it is in gunzip.ts.
import { gzipSync } from 'fflate';

type Bytes = Uint8Array<ArrayBuffer>;

export function gzip(bytes: Bytes): Bytes {
  return new Uint8Array(gzipSync(bytes, { level: 9, mtime: 0 }));
}
