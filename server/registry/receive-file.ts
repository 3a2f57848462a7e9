// An upload in one request: a model's file, or a zip of it and the files beside it, streamed to disk, made into chunks in the
// check process and committed as a push is. Nothing is visible before that, and nothing is left of what breaks off.
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import { type Manifest, manifestSchema } from '../../src/core/artifact/documents.ts';
import { type fileUploadSchema, maxModelBytes } from '../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { z } from '../../src/core/zod.ts';
import type { ReceiveJob } from './checker.ts';
import type { Registry } from './context.ts';
import { contentOf } from './documents.ts';
import { type Pusher, pushVersion } from './push.ts';
import { type UploadFolder, writeStream } from './uploads.ts';
import { readZip, unpack } from './zip.ts';

export interface Upload {
  readonly model: string;
  readonly stream: Readable;
  readonly kind: 'onnx' | 'zip';
  readonly said: z.output<typeof fileUploadSchema>;
}

export interface ReceivedVersion {
  readonly version: number;
  /** False where the newest version is this file already. */
  readonly created: boolean;
}

/**
 * The same file from the same parent as the newest version is that version: whoever is not sure whether it arrived sends
 * it again.
 * @throws HaversackError `TooLarge`, `ArchiveInvalid`, `BadRequest` (it broke off), `Unavailable`, and as `pushVersion`
 */
export async function receiveFile(
  registry: Registry,
  uploads: UploadFolder,
  { model, stream, kind, said }: Upload,
  pusher: Pusher,
): Promise<ReceivedVersion> {
  registry.checker.warm();
  return uploads.use(async folder => {
    const arrived = await writeStream(stream, join(folder, 'upload'), maxModelBytes);
    const before = await newestVersion(registry, model);
    const isBefore = ({ digest }: Pick<FileRef, 'digest'>) =>
      before?.authority.file.digest === digest && (before.parent?.version ?? null) === said.parent;
    if (isBefore(arrived)) return { version: before!.version, created: false };
    const job: ReceiveJob =
      kind === 'zip'
        ? await unpackAll(arrived.path, folder)
        : { kind: 'receive', model: 'model.onnx', files: [{ ...arrived, name: 'model.onnx' }] };
    const { file } = await registry.checker.receive(job);
    if (isBefore(file)) return { version: before!.version, created: false };
    const { manifest } = await pushVersion(
      registry,
      model,
      { file, ...said, interface: null, task: null, evaluations: [], recipe: null },
      pusher,
    );
    return { version: manifest.version, created: true };
  });
}

/** Under numbers for names: what a file is called decides nothing on this machine. */
async function unpackAll(archive: string, folder: string): Promise<ReceiveJob> {
  const entries = await readZip(archive, maxModelBytes);
  const models = entries.filter(({ name }) => name.toLowerCase().endsWith('.onnx'));
  const [model] = models;
  if (!model || models.length > 1) {
    const found = models.map(({ name }) => `'${name}'`).join(', ') || 'none';
    throw new HaversackError('ArchiveInvalid', `it holds one .onnx file; found is ${found}`);
  }
  const files: ReceiveJob['files'] = [];
  for (const [index, entry] of entries.entries()) {
    const path = join(folder, String(index));
    await unpack(archive, entry, path);
    files.push({ name: entry.name, path, bytes: entry.bytes });
  }
  return { kind: 'receive', model: model.name, files };
}

/** Null where there is none, or its bytes were let go. */
async function newestVersion({ database }: Registry, model: string): Promise<Manifest | null> {
  const row = await database
    .selectFrom('versions')
    .select(['manifest', 'collected_at'])
    .where('model', '=', model)
    .orderBy('version', 'desc')
    .executeTakeFirst();
  return row?.collected_at === null ? contentOf(row.manifest, manifestSchema) : null;
}
