// The registry as where a Model Server has its models from: versions from manifests and chunks, aliases from their documents.
import {
  aliasSchema,
  type Manifest,
  manifestSchema,
  variantSchema,
} from '../../src/core/artifact/documents.ts';
import { registryRoot } from '../../src/core/artifact/registry-api.ts';
import { settledVersion } from '../../src/core/artifact/rollout.ts';
import { envelopeDigest, readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Offload } from '../../src/core/protocol/offload.ts';
import { readAlias } from '../registry/aliases.ts';
import { readVersion } from '../registry/catalogue.ts';
import { readFileRef } from '../registry/chunk-files.ts';
import type { Registry } from '../registry/context.ts';
import { readRecorded } from '../registry/recorded.ts';
import { readServing } from '../registry/serving.ts';
import { Remembered } from './remembered.ts';
import type { VersionFacts, VersionFiles, VersionSource } from './version-source.ts';

/** What a request without a version gets, where there is such an alias and as far as it is for all; else the newest. */
const defaultAlias = 'production';
/** What another process changed is seen this much later at most, by the request after the one that looked. */
const freshMs = 1_000;

export interface RegistrySource extends VersionSource {
  /** Calls back when an alias has moved, with the version it means now for who is no device. */
  onMoved(listener: (model: string, version: number) => void): void;
  /** Stops listening to the registry. */
  close(): void;
}

export function registrySource(registry: Registry): RegistrySource {
  const versions = new Remembered((model, version) => resolve(registry, model, version), freshMs);
  const facts = new Remembered((model, version) => readFacts(registry, model, Number(version)), Infinity);
  const servings = new Remembered(model => readServing(registry, model), freshMs);
  const offloads = new Remembered(
    (model, version) => readOffload(registry, model, Number(version)),
    Infinity,
  );
  const listeners: ((model: string, version: number) => void)[] = [];
  const stop = registry.events.subscribe(event => {
    if (event.type !== 'alias' && event.type !== 'version' && event.type !== 'model') return;
    for (const each of [versions, servings, offloads]) each.forget(event.model);
    if (event.type !== 'alias' || listeners.length === 0) return;
    const { model, alias } = event;
    versions.get(model, alias).then(
      version => listeners.forEach(listener => listener(model, version)),
      // Taken away again meanwhile.
      () => undefined,
    );
  });
  return {
    resolve: ({ model, version }) =>
      // A version that is not there is found out when it is loaded.
      typeof version === 'number' ? Promise.resolve(version) : versions.get(model, version ?? ''),
    facts: (model, version) => facts.get(model, String(version)),
    read: (model, version) => readFiles(registry, model, version),
    serving: model => servings.get(model),
    offload: (model, version) => offloads.get(model, String(version)),
    list: model => listVersions(registry, model),
    onMoved: listener => void listeners.push(listener),
    close: stop,
  };
}

/** @param alias empty: none was named */
async function resolve(registry: Registry, model: string, alias: string): Promise<number> {
  const document = await readAlias(registry, model, alias || defaultAlias);
  if (document) return settledVersion(readDocument(document, aliasSchema));
  if (alias) throw new HaversackError('NotFound', `${model} has no alias ${alias}`);
  const newest = await registry.database
    .selectFrom('versions')
    .select('version')
    .where('model', '=', model)
    .where('collected_at', 'is', null)
    .orderBy('version', 'desc')
    .executeTakeFirst();
  if (!newest) throw new HaversackError('NotFound', `there is no model ${model}, or no version of it`);
  return newest.version;
}

async function readManifest(registry: Registry, model: string, version: number): Promise<Manifest> {
  const { manifest, collectedAt } = await readVersion(registry, model, version);
  if (collectedAt) throw new HaversackError('VersionCollected', `${model}@${version}, on ${collectedAt}`);
  return readDocument(manifest, manifestSchema);
}

async function readFacts(registry: Registry, model: string, version: number): Promise<VersionFacts> {
  const { manifest: envelope } = await readVersion(registry, model, version);
  const { interface: modelInterface, labels, authority } = readDocument(envelope, manifestSchema);
  const digest = await envelopeDigest(envelope);
  return { interface: modelInterface, labels, digest, variant: authority.variant };
}

/** The authority: what was uploaded, and what the recorded answers were made with. */
async function readFiles(registry: Registry, model: string, version: number): Promise<VersionFiles> {
  const { authority, artifacts } = await readManifest(registry, model, version);
  const [file, recorded] = await Promise.all([
    readFileRef(registry.blobs, authority.file),
    readRecorded(registry.blobs, artifacts.recorded),
  ]);
  return { file, recorded };
}

async function readOffload(registry: Registry, model: string, version: number): Promise<Offload | null> {
  const { manifest, variants, collectedAt } = await readVersion(registry, model, version);
  if (collectedAt) return null;
  const { authority } = readDocument(manifest, manifestSchema);
  const all = [
    { variant: authority.variant, bytes: authority.file.bytes },
    ...variants.map(envelope => {
      const { variant, file } = readDocument(envelope, variantSchema);
      return { variant, bytes: file.bytes };
    }),
  ];
  const smallest = all.reduce((least, each) => (each.bytes < least.bytes ? each : least));
  const path = `${registryRoot}/models/${encodeURIComponent(model)}/versions/${version}`;
  return { model, version, manifest: path, ...smallest };
}

async function listVersions(
  registry: Registry,
  model: string | undefined,
): Promise<{ model: string; version: number }[]> {
  const all = registry.database
    .selectFrom('versions')
    .select(['model', 'version'])
    .where('collected_at', 'is', null);
  return (model === undefined ? all : all.where('model', '=', model))
    .orderBy('model')
    .orderBy('version', 'desc')
    .execute();
}
