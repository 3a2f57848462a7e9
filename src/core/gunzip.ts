// gzip (RFC 1952), unpacked by the platform, which checks the CRC, up to a limit. Packing it is in gzip.ts: whoever only
// unpacks need not load a packer.
import { HaversackError } from './errors.ts';
import { joinBytes } from './join-bytes.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** @throws HaversackError `TooLarge` before more than `maxBytes` are held, `DocumentInvalid` for what is no whole gzip. */
export async function gunzip(bytes: Bytes, maxBytes: number): Promise<Bytes> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const pieces: Bytes[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new HaversackError('DocumentInvalid', `${bytes.length} bytes are no whole gzip file.`, { cause });
    });
    if (done) break;
    total += value.length;
    if (total > maxBytes) {
      await reader.cancel();
      throw new HaversackError('TooLarge', `The file unpacks to more than ${maxBytes} bytes.`);
    }
    pieces.push(value);
  }
  return joinBytes(pieces);
}
