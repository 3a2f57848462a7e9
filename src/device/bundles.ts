// Puts what this device has into a bundle: what was taught here or carried here, its own samples, whole versions.
import { type BundleContents, emptyContents, writeBundle } from '../core/artifact/bundle.ts';
import { bundleMediaType } from '../core/artifact/bundle-name.ts';
import type { ChunkRef } from '../core/artifact/chunks.ts';
import type { Digest } from '../core/artifact/digest.ts';
import type { Samples } from '../core/artifact/documents.ts';
import { type Envelope, envelopeDigest, type Signer, signDocument } from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';
import { aliasKey } from './aliases.ts';
import { readCandidate } from './candidates.ts';
import { chunksOf, readChunk } from './chunk-store.ts';
import type { Database } from './db.ts';
import { candidateOf, documentsOf, filesOfCandidate, filesOfInstalled } from './needs.ts';
import { readPeer } from './peers.ts';
import { readRegistry } from './registry.ts';
import { readRow } from './rows.ts';
import { listSamples } from './samples.ts';
import { type Installed, installedSchema, seenAliasSchema } from './schema.ts';
import { storing } from './storage-error.ts';
import { versionKey } from './version-key.ts';

/** Samples in one document at most; more make more documents. */
const samplesADocument = 2_000;

export interface HandOver {
  readonly candidates: readonly Digest[];
  /** All samples that were labelled here, with their owner's consent; null: none. */
  readonly samplesOf: { readonly model: string; readonly version: number } | null;
  /** Whole, for somebody who has none of them. */
  readonly versions: readonly { readonly model: string; readonly version: number }[];
}

/**
 * @throws HaversackError `NotFound`, `NotInstalled`, `ChunkInvalid`; `InputInvalid` where there is nothing to hand over
 */
export async function makeBundle(db: Database, signer: Signer, wanted: HandOver): Promise<Blob> {
  const candidates = await Promise.all(wanted.candidates.map(digest => readCandidate(db, digest)));
  const versions = await Promise.all(wanted.versions.map(({ model, version }) => rowOf(db, model, version)));
  const parents = await parentsOf(db, candidates.map(candidateOf), versions);
  const samples = wanted.samplesOf ? await signSamples(db, signer, wanted.samplesOf) : [];
  if (candidates.length + versions.length + samples.length === 0) {
    throw new HaversackError('InputInvalid', 'nothing was chosen to hand over');
  }
  const registry = await readRegistry(db);
  const signers = [signer.keyId, ...candidates.flatMap(({ from }) => (from === null ? [] : [from]))];
  const contents: BundleContents = {
    ...emptyContents,
    roots: registry ? [registry.root] : [],
    certificates: await certificatesOf(db, signers),
    versions: versions.map(({ manifest, variantDocuments, variants, trainable }) => ({
      manifest,
      variants: variantDocuments,
      files: variants,
      trainable,
    })),
    aliases: await productionOf(db, versions),
    candidates: candidates.map(({ document }) => document),
    samples,
    without: await Promise.all(
      parents.map(async ({ model, version, manifest }) => ({
        model,
        version,
        digest: await envelopeDigest(manifest),
      })),
    ),
  };
  const refs = newChunks([...versions.flatMap(filesOfInstalled), ...candidates.flatMap(filesOfRow)], parents);
  const parts = await writeBundle(contents, refs, ref => readChunk(db, ref), signer);
  return new Blob(parts, { type: bundleMediaType });
}

function filesOfRow(row: Parameters<typeof candidateOf>[0]) {
  return filesOfCandidate(candidateOf(row));
}

async function rowOf(db: Database, model: string, version: number): Promise<Installed> {
  const raw = await storing(() => db.get('installed', [model, version]));
  const row = readRow(installedSchema, raw, 'installed');
  if (!row) throw new HaversackError('NotInstalled', `${model} version ${version} is not here`);
  return row;
}

/** Of candidates: who takes one has its parent, or cannot use it. Those that go along whole are not left out. */
async function parentsOf(
  db: Database,
  candidates: readonly ReturnType<typeof candidateOf>[],
  along: readonly Installed[],
): Promise<Installed[]> {
  const wanted = new Map(
    candidates.flatMap(({ model, parent }) =>
      parent ? [[versionKey(model, parent.version), { model, version: parent.version }] as const] : [],
    ),
  );
  for (const { model, version } of along) wanted.delete(versionKey(model, version));
  const rows = await storing(() =>
    Promise.all([...wanted.values()].map(({ model, version }) => db.get('installed', [model, version]))),
  );
  return rows.flatMap(raw => readRow(installedSchema, raw, 'installed') ?? []);
}

/** Without those of the parents as they were uploaded: who has one of them has these, or does not need them. */
function newChunks(files: Parameters<typeof chunksOf>[0], parents: readonly Installed[]): ChunkRef[] {
  const known = new Set(parents.flatMap(row => chunksOf(uploadedFiles(row)).map(({ digest }) => digest)));
  return chunksOf(files).filter(({ digest }) => !known.has(digest));
}

function uploadedFiles(row: Installed) {
  const { authority } = documentsOf(row).manifest;
  return filesOfInstalled({ ...row, variants: [authority.variant], trainable: true });
}

/** Those that are here: whoever's is not, is not believed elsewhere. */
async function certificatesOf(db: Database, devices: readonly string[]): Promise<Envelope[]> {
  const rows = await Promise.all([...new Set(devices)].map(device => readPeer(db, device)));
  return rows.flatMap(row => (row ? [row.certificate] : []));
}

async function productionOf(db: Database, versions: readonly Installed[]): Promise<Envelope[]> {
  const models = [...new Set(versions.map(({ model }) => model))];
  const raws = await storing(() =>
    Promise.all(models.map(model => db.get('aliases', aliasKey(model, 'production')))),
  );
  return raws.flatMap(raw => readRow(seenAliasSchema, raw, 'aliases')?.document ?? []);
}

/**
 * This device's samples of a model, signed, for another device or the registry. Only with their owner's consent.
 * @param version what answered while they were labelled
 */
export async function signSamples(
  db: Database,
  signer: Signer,
  { model, version }: { readonly model: string; readonly version: number },
): Promise<Envelope[]> {
  const samples = await listSamples(db, model);
  const documents: Envelope[] = [];
  for (let start = 0; start < samples.length; start += samplesADocument) {
    const content: Samples = {
      type: 'samples',
      formatVersion: 1,
      device: signer.keyId,
      model,
      version,
      samples: samples.slice(start, start + samplesADocument).map(({ model: _model, ...sample }) => sample),
      createdAt: new Date().toISOString(),
    };
    documents.push(await signDocument(content, signer));
  }
  return documents;
}
