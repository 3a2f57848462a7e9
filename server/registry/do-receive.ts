// Files that lie on this machine become the chunks of one file: weights beside a model are brought into it, models of other
// formats converted. Knows no process.
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Imported } from '../../src/core/import/imported.ts';
import { saidClaims } from '../../src/core/import/said-face.ts';
import { foldExternalData } from '../../src/core/onnx/external-data.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { assertWithinLimits } from '../../src/core/onnx/limits.ts';
import { inspectFile } from './check.ts';
import type { Received, ReceiveJob } from './checker.ts';
import type { Bench } from './do-job.ts';
import { storeChunks } from './store-chunks.ts';

type ReceivedFile = ReceiveJob['files'][number];

/**
 * @throws HaversackError `NotOnnx`, `ExternalDataMissing`, `ModelInvalid`, `TooLarge`, `OperatorUnsupported`,
 * `ImportImpossible`, `BadRequest` for pixels of what takes no image
 */
export async function doReceive({ blobs }: Bench, job: ReceiveJob): Promise<Received> {
  const { file, imported } = await oneFile(job);
  const { labels, pixels } = job;
  const isSaid = imported !== null || pixels !== null;
  const claims = isSaid
    ? saidClaims(file, inspectFile(file), imported, { labels, pixels })
    : { interface: null, labels };
  const chunked = await chunkFile(file, tensorLayout(file));
  await storeChunks(blobs, chunked);
  return { file: chunked.ref, interface: claims.interface, labels: claims.labels && [...claims.labels] };
}

interface OneFile {
  readonly file: Bytes;
  /** Null for what was ONNX. */
  readonly imported: Imported | null;
}

async function oneFile({ model, files }: ReceiveJob): Promise<OneFile> {
  if (model === null) return converted(files);
  const named = new Map(files.map(file => [file.name, file]));
  const bare = await readWhole(named.get(model)!);
  assertWithinLimits(bare);
  const folder = posix.dirname(model);
  const file = await foldExternalData(bare, location => {
    const beside = named.get(posix.join(folder, location));
    return beside ? readWhole(beside) : null;
  });
  return { file, imported: null };
}

/** The importers are loaded by who needs them. */
async function converted(files: ReceiveJob['files']): Promise<OneFile> {
  const { importReadable } = await import('../../src/core/import/import-model.ts');
  const read = files.map(async file => ({ path: file.name, bytes: await readWhole(file) }));
  const brought = await importReadable(await Promise.all(read));
  if (brought.kind === 'onnx') return { file: brought.model, imported: null };
  return { file: brought.imported.model, imported: brought.imported };
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
