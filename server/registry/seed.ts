// The demo models, on first start: packages in folders become versions signed by this registry, each whole or not at all.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkFile, type FileRef } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { packageDocumentName, packageSchema, type VersionPackage } from '../../src/core/artifact/package.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { checkRuns, inspectFile, parseRecorded } from './check.ts';
import { commitVersion, type VariantDraft, type VersionDraft } from './commit.ts';
import type { Registry } from './context.ts';

export interface Seeding {
  readonly model: string;
  readonly version: number;
}

/**
 * Commits what is not there yet, in order; `production` points at the last of each model that was new. A model that went
 * its own way (the number is taken by another version) is left alone.
 * @param folder `<model>/<version>/version.json` and the files beside it; one that is absent seeds nothing
 */
export async function seed(
  registry: Registry,
  folder: string,
  onProgress: (seeding: Seeding, index: number, of: number) => void,
): Promise<Seeding[]> {
  const absent: Seeding[] = [];
  for (const each of await listPackages(folder)) {
    if ((await lastVersion(registry, each.model)) < each.version) absent.push(each);
  }
  for (const [index, each] of absent.entries()) {
    onProgress(each, index, absent.length);
    await seedVersion(registry, join(folder, each.model, String(each.version)));
  }
  return absent;
}

async function listPackages(folder: string): Promise<Seeding[]> {
  const found: Seeding[] = [];
  for (const model of await subfolders(folder)) {
    for (const name of await subfolders(join(folder, model))) {
      if (/^[1-9]\d*$/.test(name)) found.push({ model, version: Number(name) });
    }
  }
  return found.sort((a, b) => a.model.localeCompare(b.model) || a.version - b.version);
}

async function subfolders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter(entry => entry.isDirectory()).map(entry => entry.name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function lastVersion(registry: Registry, model: string): Promise<number> {
  const row = await registry.database
    .selectFrom('versions')
    .select(({ fn }) => fn.max('version').as('last'))
    .where('model', '=', model)
    .executeTakeFirst();
  return row?.last ?? 0;
}

async function seedVersion(registry: Registry, folder: string): Promise<void> {
  const document = packageSchema.parse(JSON.parse(await readFile(join(folder, packageDocumentName), 'utf8')));
  const model = await readFile(join(folder, document.authority.file));
  inspectFile(model);
  const recorded = document.artifacts.recorded
    ? parseRecorded(await readFile(join(folder, document.artifacts.recorded.file)))
    : null;
  await checkRuns(registry, model, { interface: document.interface, labels: document.labels, recorded });
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
