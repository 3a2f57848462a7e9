// A registry as a folder of static files, for any host of files: app, documents and chunks, as `src/client/folder-registry.ts`
// asks for them. Read from a registry like a device reads: nothing is written that was not checked.
import { cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChunkRef } from '../../src/core/artifact/chunks.ts';
import { aliasSchema, rootSchema } from '../../src/core/artifact/documents.ts';
import { type ModelSummary, registryRoot, type VersionDetail } from '../../src/core/artifact/registry-api.ts';
import { type Envelope, readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { fileOf, folderMetaContent, folderMetaName } from '../../src/client/folder-registry.ts';
import type { RegistryClient } from '../../src/client/registry.ts';
import { securityHeaders } from '../gateway/headers.ts';
import type { TrustedRegistry } from '../../src/client/trusted-registry.ts';
import { writeWhole } from './write-whole.ts';

/** Chunks that are fetched at the same time. */
const parallelChunks = 4;

export interface SiteOptions {
  readonly client: RegistryClient;
  /** What it is, once its key is known. */
  readonly openRegistry: () => Promise<TrustedRegistry>;
  /** The folder; made if absent. What is in it already and is right is not fetched again. */
  readonly folder: string;
  /** Null: all. */
  readonly models: readonly string[] | null;
  /** Only the versions that an alias points at; else every one that is not retired. */
  readonly onlyAliased: boolean;
  /** The built app; null: only the registry's files. */
  readonly appFolder: string | null;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

export interface Site {
  readonly models: number;
  readonly versions: number;
  readonly chunks: number;
  readonly bytes: number;
  /** Of the chunks that were not there before. */
  readonly writtenBytes: number;
}

/**
 * Documents that name others are written after those, the list of models last: who syncs the folder at any moment finds
 * nothing that is named and absent.
 * @throws HaversackError `NotFound` (a model), `SignatureInvalid`, `ChunkInvalid`, `Offline`, …
 */
export async function writeSite(options: SiteOptions): Promise<Site> {
  const { client, folder } = options;
  const registry = await options.openRegistry();
  const models = await chooseModels(options);
  const versions = await openVersions(registry, client, models);
  const chunks = new Map(
    versions.flatMap(({ chunks }) => chunks.map(chunk => [chunk.digest, chunk] as const)),
  );
  const writtenBytes = await writeChunks(options, [...chunks.values()]);
  for (const { model, version, detail } of versions) {
    await writeDocument(folder, `/models/${model}/versions/${version}`, detail);
  }
  for (const model of models) {
    for (const envelope of model.aliases) {
      const { alias } = await registry.read(envelope, aliasSchema);
      await writeDocument(folder, `/models/${model.model}/aliases/${alias}`, envelope);
    }
    await writeDocument(folder, `/models/${model.model}`, model);
  }
  await writeRoots(client, folder);
  await writeDocument(folder, '/models', { models });
  if (options.appFolder !== null) await writeApp(options.appFolder, folder);
  const bytes = [...chunks.values()].reduce((sum, chunk) => sum + chunk.bytes, 0);
  return { models: models.length, versions: versions.length, chunks: chunks.size, bytes, writtenBytes };
}

async function chooseModels({ client, models: wanted, onlyAliased }: SiteOptions): Promise<ModelSummary[]> {
  const { models } = await client.models();
  const all = models ?? [];
  const unknown = wanted?.find(name => !all.some(({ model }) => model === name));
  if (unknown !== undefined) throw new HaversackError('NotFound', `there is no model ${unknown}`);
  return all
    .filter(({ model }) => wanted === null || wanted.includes(model))
    .map(model => ({ ...model, versions: chooseVersions(model, onlyAliased) }));
}

function chooseVersions({ versions, aliases }: ModelSummary, onlyAliased: boolean): ModelSummary['versions'] {
  const aliased = new Set(
    aliases
      .map(envelope => readDocument(envelope, aliasSchema))
      .flatMap(({ version, otherwise }) => (otherwise ? [version, otherwise.version] : [version])),
  );
  return versions.filter(({ version, retiredAt, collectedAt }) => {
    if (aliased.has(version)) return true;
    return !onlyAliased && retiredAt === null && collectedAt === null;
  });
}

interface OpenedVersion {
  readonly model: string;
  readonly version: number;
  readonly detail: VersionDetail;
  readonly chunks: readonly ChunkRef[];
}

async function openVersions(
  registry: TrustedRegistry,
  client: RegistryClient,
  models: readonly ModelSummary[],
): Promise<OpenedVersion[]> {
  const opened: OpenedVersion[] = [];
  for (const { model, versions } of models) {
    for (const { version } of versions) {
      const { manifest, variants } = await registry.version(model, version);
      const { dataset, recorded, topology } = manifest.artifacts;
      const files = [
        manifest.authority.file,
        ...[dataset, recorded, topology].flatMap(artifact => (artifact ? [artifact.file] : [])),
        ...variants.map(variant => variant.file),
      ];
      const detail = await client.version(model, version);
      opened.push({ model, version, detail, chunks: files.flatMap(file => file.chunks) });
    }
  }
  return opened;
}

/** @returns the bytes that were not there before */
async function writeChunks(options: SiteOptions, chunks: readonly ChunkRef[]): Promise<number> {
  const { client, folder, signal, onProgress } = options;
  const total = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  let done = 0;
  let written = 0;
  const queue = [...chunks];
  const work = async () => {
    for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
      const path = pathOf(folder, `/chunks/${chunk.digest}`);
      if ((await sizeOf(path)) !== chunk.bytes) {
        await mkdir(dirname(path), { recursive: true });
        await writeWhole(path, await client.chunk(chunk, signal));
        written += chunk.bytes;
      }
      done += chunk.bytes;
      onProgress(done, total);
    }
  };
  await Promise.all(Array.from({ length: parallelChunks }, work));
  return written;
}

async function sizeOf(path: string): Promise<number | null> {
  return (await stat(path).catch(() => null))?.size ?? null;
}

/** The root now, and those before it: a device that was away walks from the one it knows to the newest. */
async function writeRoots(client: RegistryClient, folder: string): Promise<void> {
  const root = await client.root();
  const { revision } = readDocument(root, rootSchema);
  for (let before = 1; before < revision; before += 1) {
    await writeDocument(folder, `/root/${before}`, await client.root(before));
  }
  await writeDocument(folder, '/root', root);
}

function pathOf(folder: string, path: string): string {
  const file = fileOf(path);
  if (file === null) throw new Error(`${path} is no file of a registry`);
  return join(folder, registryRoot, file);
}

async function writeDocument(
  folder: string,
  path: string,
  value: Envelope | VersionDetail | ModelSummary | { models: readonly ModelSummary[] },
): Promise<void> {
  const file = pathOf(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeWhole(file, new TextEncoder().encode(JSON.stringify(value)));
}

/**
 * The built app, whose page says where it stands, and which policy it has: hosts of files rarely send headers. For those
 * that read them from a `_headers` file there is one.
 */
async function writeApp(appFolder: string, folder: string): Promise<void> {
  // Compressed copies of the page would be those without the marks.
  const isPage = (path: string) => /index\.html(\.(br|gz))?$/.test(path);
  await cp(appFolder, folder, { recursive: true, filter: path => !isPage(path) });
  const page = await readFile(join(appFolder, 'index.html'), 'utf8');
  await writeFile(join(folder, 'index.html'), marked(page));
  await writeFile(join(folder, '_headers'), headersFile());
  // Else GitHub Pages leaves out what begins with an underscore.
  await writeFile(join(folder, '.nojekyll'), '');
}

function marked(page: string): string {
  const policy = securityHeaders['Content-Security-Policy']!.replace(/; frame-ancestors [^;]*/, '');
  const marks = [
    `<meta name="${folderMetaName}" content="${folderMetaContent}" />`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}" />`,
  ];
  const head = '<head>';
  if (!page.includes(head)) throw new Error('the built page has no <head>');
  return page.replace(head, [head, ...marks].join('\n    '));
}

function headersFile(): string {
  const lines = Object.entries(securityHeaders).map(([name, value]) => `  ${name}: ${value}\n`);
  return `/*\n${lines.join('')}`;
}
