// Looks through a registry from outside, server or folder: every document's signature, every chunk, every file's digest.
import { createHash } from 'node:crypto';
import type { ChunkRef, FileRef } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { aliasSchema } from '../../src/core/artifact/documents.ts';
import { toFailure } from '../../src/core/errors.ts';
import type { RegistryClient } from '../../src/client/registry.ts';
import type { Verification } from '../registry/verify.ts';
import type { TrustedRegistry } from '../../src/client/trusted-registry.ts';

/** Chunks that several versions share are fetched once, as far as this much of them is kept. */
const maxKeptBytes = 256 * 2 ** 20;

export interface RemoteOptions {
  readonly client: RegistryClient;
  /** What it is, once its key is known. */
  readonly openRegistry: () => Promise<TrustedRegistry>;
  readonly signal: AbortSignal;
  /** Files looked through, of those there are. */
  readonly onProgress: (done: number, total: number) => void;
}

/** @throws HaversackError where the registry itself cannot be read: `Offline`, `KeyChanged`, `Unauthorized` */
export async function verifyRemote(options: RemoteOptions): Promise<Verification> {
  const { client } = options;
  const registry = await options.openRegistry();
  const bad: string[] = [];
  const note = async (name: string, check: () => Promise<void>) => {
    try {
      await check();
    } catch (thrown) {
      const { code, detail } = toFailure(thrown);
      if (code === 'Aborted' || code === 'Offline') throw thrown;
      bad.push(`${name}: ${code} ${detail}`);
    }
  };
  const files: { name: string; file: FileRef }[] = [];
  let versions = 0;
  for (const { model, versions: listed, aliases } of (await client.models()).models ?? []) {
    for (const envelope of aliases) {
      await note(`${model}’s aliases`, async () => {
        await registry.read(envelope, aliasSchema);
      });
    }
    for (const { version, collectedAt } of listed) {
      versions += 1;
      const name = `${model}@${version}`;
      await note(name, async () => {
        const { manifest, variants } = await registry.version(model, version);
        if (collectedAt !== null) return;
        const { dataset, recorded, topology } = manifest.artifacts;
        const artifacts = [manifest.authority, dataset, recorded, topology];
        files.push(...artifacts.flatMap(artifact => (artifact ? [{ name, file: artifact.file }] : [])));
        files.push(...variants.map(({ variant, file }) => ({ name: `${name} ${variant}`, file })));
      });
    }
  }
  const chunks = chunkReader(options);
  for (const [index, { name, file }] of files.entries()) {
    options.onProgress(index, files.length);
    await note(name, () => verifyFile(file, chunks.read));
  }
  return { chunks: chunks.seen.size, versions, bad };
}

function chunkReader({ client, signal }: RemoteOptions) {
  const kept = new Map<string, Bytes>();
  const seen = new Set<string>();
  let keptBytes = 0;
  const read = async (ref: ChunkRef): Promise<Bytes> => {
    const known = kept.get(ref.digest);
    if (known) return known;
    const bytes = await client.chunk(ref, signal);
    seen.add(ref.digest);
    if (keptBytes + bytes.length <= maxKeptBytes) {
      kept.set(ref.digest, bytes);
      keptBytes += bytes.length;
    }
    return bytes;
  };
  return { read, seen };
}

async function verifyFile(file: FileRef, read: (ref: ChunkRef) => Promise<Bytes>): Promise<void> {
  const hash = createHash('sha256');
  for (const chunk of file.chunks) hash.update(await read(chunk));
  const digest = hash.digest('hex');
  if (digest !== file.digest) throw new Error(`the file has digest ${digest}, wanted ${file.digest}`);
}
