// An upload in one request: a model's file, or a zip of it and the files beside it, streamed to disk, made into chunks (where it
// is of another format: converted) in the check process, and committed as a push is. Nothing is visible before that, and nothing
// is left of what breaks off.
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import { type fileUploadSchema, maxModelBytes } from '../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { z } from '../../src/core/zod.ts';
import { requireImportable } from '../../src/core/import/recognise.ts';
import { requireRoom } from '../storage/room.ts';
import type { ReceiveJob } from './checker.ts';
import { type Committed, newestIfSame } from './commit.ts';
import type { Registry } from './context.ts';
import { type Pusher, pushVersion } from './push.ts';
import { type UploadFolder, writeStream } from './uploads.ts';
import { requireSaidAlike } from './said-again.ts';
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
 * @throws HaversackError `TooLarge`, `ArchiveInvalid`, `ImportImpossible`, `BadRequest` (it broke off; pixels of what takes no
 * image), `Conflict` (it is here with other labels or pixels), `Unavailable`, and as `pushVersion`
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
    const here = (of: Pick<FileRef, 'digest'>) =>
      newestIfSame(registry.database, { model, file: of, parent: said.parent });
    const before = await here(arrived);
    if (before) return received(before, said);
    const files =
      kind === 'zip'
        ? await unpackAll(arrived.path, folder)
        : { model: 'model.onnx', files: [{ ...arrived, name: 'model.onnx' }] };
    const { labels, pixels, note, parent } = said;
    const { file, ...face } = await registry.checker.receive({ kind: 'receive', ...files, labels, pixels });
    const push = { file, ...face, note, parent, task: null, evaluations: [], recipe: null };
    const committed = (await here(file)) ?? (await pushVersion(registry, model, push, pusher, 'newest'));
    return received(committed, said);
  });
}

function received({ manifest, created }: Committed, said: Upload['said']): ReceivedVersion {
  if (!created) requireSaidAlike(manifest, said);
  return { version: manifest.version, created };
}

/** Under numbers for names: what a file is called decides nothing on this machine. */
async function unpackAll(archive: string, folder: string): Promise<Pick<ReceiveJob, 'model' | 'files'>> {
  const entries = await readZip(archive, maxModelBytes);
  const models = entries.filter(({ name }) => name.toLowerCase().endsWith('.onnx'));
  const [model] = models;
  if (models.length > 1) {
    const found = models.map(({ name }) => `'${name}'`).join(', ');
    throw new HaversackError('ArchiveInvalid', `it holds one .onnx file at most; found is ${found}`);
  }
  if (!model) requireImportable(entries.map(({ name }) => name));
  await requireRoom(
    folder,
    entries.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  const files: ReceiveJob['files'] = [];
  for (const [index, entry] of entries.entries()) {
    const path = join(folder, String(index));
    await unpack(archive, entry, path);
    files.push({ name: entry.name, path, bytes: entry.bytes });
  }
  return { model: model?.name ?? null, files };
}
