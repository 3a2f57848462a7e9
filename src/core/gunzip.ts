// gzip (RFC 1952), unpacked by the platform, which checks the CRC, up to a limit. Packing it is in gzip.ts: whoever only
// unpacks need not load a packer.
import { HaversackError } from './errors.ts';
import { unpack } from './unpack.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** @throws HaversackError `TooLarge` before more than `maxBytes` are held, `DocumentInvalid` for what is no whole gzip. */
export async function gunzip(bytes: Bytes, maxBytes: number): Promise<Bytes> {
  const unpacked = await unpack(bytes, 'gzip', maxBytes).catch((cause: unknown) => {
    throw new HaversackError('DocumentInvalid', `${bytes.length} bytes are no whole gzip file.`, { cause });
  });
  if (!unpacked) throw new HaversackError('TooLarge', `The file unpacks to more than ${maxBytes} bytes.`);
  return unpacked;
}
