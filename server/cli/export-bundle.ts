// Versions of a registry as one file to be carried: whole, or only what is new since a version that the receiver has.
import { getPublicKeyAsync, signAsync } from '@noble/ed25519';
import { toBase64Url } from '../../src/core/artifact/base64url.ts';
import { type BundleContents, emptyContents, writeBundle } from '../../src/core/artifact/bundle.ts';
import type { ChunkRef, FileRef } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Manifest } from '../../src/core/artifact/documents.ts';
import { keyIdOf, type Signer } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { joinBytes } from '../../src/core/join-bytes.ts';
import type { Remote } from './connect.ts';
import { parseModelName } from './model-name.ts';

export interface ExportedBundle {
  readonly file: Bytes;
  readonly versions: readonly { readonly model: string; readonly version: number }[];
  readonly chunks: number;
}

export interface ExportBundleOptions {
  readonly names: readonly string[];
  /** The number of a version of each model that the receiver has; null: it has none. */
  readonly since: number | null;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/** @throws HaversackError `NotFound`, `Offline`, … */
export async function exportBundle(remote: Remote, options: ExportBundleOptions): Promise<ExportedBundle> {
  const { client } = remote;
  const registry = await remote.openRegistry();
  const contents = { ...emptyContents, roots: [await client.root()] };
  const files: FileRef[] = [];
  const known = new Set<string>();
  const [versions, aliases, without]: [
    BundleContents['versions'],
    BundleContents['aliases'],
    BundleContents['without'],
  ] = [[], [], []];
  const named: { model: string; version: number }[] = [];
  for (const text of options.names) {
    const name = parseModelName(text);
    const { model } = name;
    const version = await registry.resolve(name);
    const { manifest } = await registry.version(model, version);
    const detail = await client.version(model, version);
    named.push({ model, version });
    files.push(...filesOf(manifest));
    versions.push({
      manifest: detail.manifest,
      variants: detail.variants,
      files: [manifest.authority.variant],
      trainable: manifest.artifacts.dataset !== null,
    });
    aliases.push(...(await productionOf(remote, model)));
    if (options.since === null || options.since === version) continue;
    const before = await registry.version(model, options.since);
    without.push({ model, version: options.since, digest: before.digest });
    for (const { chunks } of filesOf(before.manifest)) for (const { digest } of chunks) known.add(digest);
  }
  const refs = newChunks(files, known);
  const totalBytes = refs.reduce((sum, { bytes }) => sum + bytes, 0);
  let doneBytes = 0;
  const parts = await writeBundle(
    { ...contents, versions, aliases, without },
    refs,
    async ref => {
      const bytes = await client.chunk(ref, options.signal);
      options.onProgress((doneBytes += ref.bytes), totalBytes);
      return bytes;
    },
    await passingSigner(),
  );
  return { file: joinBytes(parts), versions: named, chunks: refs.length };
}

function filesOf({ authority, artifacts: { dataset, recorded, topology } }: Manifest): FileRef[] {
  return [authority, dataset, recorded, topology].flatMap(entry => (entry ? [entry.file] : []));
}

function newChunks(files: readonly FileRef[], known: ReadonlySet<string>): ChunkRef[] {
  const refs = new Map(files.flatMap(({ chunks }) => chunks).map(ref => [ref.digest, ref]));
  return [...refs.values()].filter(({ digest }) => !known.has(digest));
}

async function productionOf({ client }: Remote, model: string): Promise<BundleContents['aliases']> {
  try {
    return [await client.alias(model, 'production')];
  } catch (thrown) {
    if (thrown instanceof HaversackError && thrown.code === 'NotFound') return [];
    throw thrown;
  }
}

/** A key for this one file: the command has none, and who carries a bundle counts for nothing. */
async function passingSigner(): Promise<Signer> {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const publicKey = toBase64Url(await getPublicKeyAsync(secret));
  return { publicKey, keyId: await keyIdOf(publicKey), sign: bytes => signAsync(bytes, secret) };
}
