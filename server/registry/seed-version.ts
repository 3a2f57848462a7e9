// One package, a folder, becomes one version with its variants.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkFile, type FileRef } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { packageDocumentName, packageSchema, type VersionPackage } from '../../src/core/artifact/package.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { checkRuns, inspectFile } from './check.ts';
import { commitVersion, type VariantDraft, type VersionDraft } from './commit.ts';
import type { Registry } from './context.ts';
import { parseRecorded } from './recorded.ts';

/** Its files are looked at as a candidate's are; its evaluations and variants are taken as they are. */
export async function seedVersion(registry: Registry, folder: string): Promise<void> {
  const document = packageSchema.parse(JSON.parse(await readFile(join(folder, packageDocumentName), 'utf8')));
  const model = await readFile(join(folder, document.authority.file));
  inspectFile(model);
  const recorded = document.artifacts.recorded
    ? parseRecorded(await readFile(join(folder, document.artifacts.recorded.file)))
    : null;
  await checkRuns(registry.openSession, model, {
    interface: document.interface,
    labels: document.labels,
    recorded,
  });
  const variants: VariantDraft[] = [];
  for (const variant of document.variants) {
    const bytes = await readFile(join(folder, variant.file));
    variants.push({ ...variant, file: await store(registry, bytes, tensorLayout(bytes)) });
  }
  await commitVersion(registry, await draftOf(registry, document, folder, model), {
    who: 'registry',
    variants,
    derive: [],
    production: 'always',
    version: document.version,
  });
}

async function draftOf(
  registry: Registry,
  document: VersionPackage,
  folder: string,
  model: Bytes,
): Promise<VersionDraft> {
  const { type: _type, formatVersion: _form, version: _version, variants: _variants, ...body } = document;
  const { dataset, recorded, topology } = document.artifacts;
  const stored = async (name: string) => store(registry, await readFile(join(folder, name)));
  return {
    ...body,
    parent: document.parent && (await parentOf(registry, document.model, document.parent.version)),
    architecture: await architectureDigest(model),
    device: null,
    candidate: null,
    authority: {
      variant: document.authority.variant,
      file: await store(registry, model, tensorLayout(model)),
    },
    artifacts: {
      dataset: dataset && { ...dataset, file: await stored(dataset.file) },
      recorded: recorded && { ...recorded, file: await stored(recorded.file) },
      topology: topology && { ...topology, file: await stored(topology.file) },
    },
  };
}

async function parentOf(registry: Registry, model: string, version: number) {
  const { digest } = await registry.database
    .selectFrom('versions')
    .select('digest')
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  return { version, digest };
}

async function store(
  registry: Registry,
  bytes: Bytes,
  layout: Parameters<typeof chunkFile>[1] = [],
): Promise<FileRef> {
  const { ref, chunks } = await chunkFile(bytes, layout);
  await Promise.all([...chunks].map(([digest, chunk]) => registry.blobs.put(digest, chunk)));
  return ref;
}
