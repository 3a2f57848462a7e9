// gzip off the event loop, by whichever of zlib's strategies is shorter: long runs of one byte, as differences have, are
// often found best where nothing else is looked for (Z_RLE).
import { promisify } from 'node:util';
import { constants, gzip as gzipWith } from 'node:zlib';
import type { Bytes } from '../../src/core/artifact/digest.ts';

const pack = promisify<Bytes, object, Buffer<ArrayBuffer>>(gzipWith);

export async function gzipShortest(bytes: Bytes): Promise<Bytes> {
  const options = { level: 9, memLevel: 9 };
  const plain = await pack(bytes, options);
  const runs = await pack(bytes, { ...options, strategy: constants.Z_RLE });
  return runs.length < plain.length ? runs : plain;
}
