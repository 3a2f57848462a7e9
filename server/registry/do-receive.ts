// Files that lie on this machine become the chunks of one file: weights beside a model are brought into it. Knows no process.
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { foldExternalData } from '../../src/core/onnx/external-data.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { assertWithinLimits } from '../../src/core/onnx/limits.ts';
import type { Received, ReceiveJob } from './checker.ts';
import type { Bench } from './do-job.ts';
import { storeChunks } from './store-chunks.ts';

type ReceivedFile = ReceiveJob['files'][number];

/** @throws HaversackError `NotOnnx`, `ExternalDataMissing`, `ModelInvalid`, `TooLarge` */
export async function doReceive({ blobs }: Bench, { model, files }: ReceiveJob): Promise<Received> {
  const named = new Map(files.map(file => [file.name, file]));
  const bare = await readWhole(named.get(model)!);
  assertWithinLimits(bare);
  const folder = posix.dirname(model);
  const file = await foldExternalData(bare, location => {
    const beside = named.get(posix.join(folder, location));
    return beside ? readWhole(beside) : null;
  });
  const chunked = await chunkFile(file, tensorLayout(file));
  await storeChunks(blobs, chunked);
  return { file: chunked.ref };
}

/** `readFile` ends at 2 GiB. */
async function readWhole({ path, bytes }: ReceivedFile): Promise<Bytes> {
  const file = new Uint8Array(bytes);
  const handle = await open(path);
  try {
    for (let at = 0; at < bytes;) {
      const { bytesRead } = await handle.read(file, at, Math.min(bytes - at, 2 ** 30), at);
      if (bytesRead === 0) throw new Error(`${path} ends at ${at} of ${bytes} bytes`);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
  return file;
}
