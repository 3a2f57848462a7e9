// A model's bytes on their way into the registry: cut, sent, committed as the next version.
import { uploadFile } from '../../src/client/upload.ts';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import type { Push } from '../../src/core/artifact/registry-api.ts';
import { envelopeDigest, readDocument } from '../../src/core/artifact/signature.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import type { Remote } from './connect.ts';
import type { Io } from './io.ts';
import { progressLine } from './output.ts';

export interface Pushed {
  readonly model: string;
  readonly version: number;
  readonly digest: string;
  readonly bytes: number;
  readonly uploadedBytes: number;
  readonly versionDigest: string;
}

/** @throws HaversackError as the registry refuses it */
export async function pushModel(
  io: Io,
  client: Remote['client'],
  model: string,
  file: Bytes,
  said: Omit<Push, 'file'>,
): Promise<Pushed> {
  const chunked = await chunkFile(file, tensorLayout(file));
  const progress = progressLine(io, `push ${model}`);
  const sent = await uploadFile(client, chunked, {
    signal: io.signal,
    onProgress: ({ sentBytes, totalBytes }) => progress.show(sentBytes, totalBytes),
  }).finally(progress.end);
  const detail = await client.push(model, { file: chunked.ref, ...said }, io.signal);
  return {
    model,
    version: readDocument(detail.manifest, manifestSchema).version,
    digest: chunked.ref.digest,
    bytes: chunked.ref.bytes,
    uploadedBytes: sent.sentBytes,
    versionDigest: await envelopeDigest(detail.manifest),
  };
}
