// What was packed, unpacked by the platform up to a limit.
import { joinBytes } from './join-bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * `deflate` is the zlib format (RFC 1950), as in HTTP (RFC 9110 §8.4.1.2), `deflate-raw` what is in it (RFC 1951). Null before more than `maxBytes` are held. Rejects
 * with what the platform says of bytes that are none of the format, or not whole.
 */
export async function unpack(
  bytes: Bytes,
  format: 'gzip' | 'deflate' | 'deflate-raw',
  maxBytes: number,
): Promise<Bytes | null> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const pieces: Bytes[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinBytes(pieces);
    total += value.length;
    if (total > maxBytes) {
      await reader.cancel();
      return null;
    }
    pieces.push(value);
  }
}
