// Takes what a bundle brings: every chunk and signature looked at before anything is written, and each document as if it
// had come over the wire.
import { type Bundle, openBundle, type OpenBundle, verifyBundle } from '../core/artifact/bundle.ts';
import type { ChunkRef } from '../core/artifact/chunks.ts';
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import {
  type Candidate,
  candidateSchema,
  type DeviceCertificate,
  aliasSchema,
  manifestSchema,
  rootSchema,
} from '../core/artifact/documents.ts';
import { mayFollow } from '../core/artifact/face.ts';
import { keysOf } from '../core/artifact/root-chain.ts';
import { openSignedByDevice } from '../core/artifact/signed-by-device.ts';
import { type Envelope, envelopeDigest, readDocument, type Signer } from '../core/artifact/signature.ts';
import { type Failure, HaversackError, toFailure } from '../core/errors.ts';
import { acceptAlias, seenAlias } from './aliases.ts';
import { keepCarried, requireParent } from './candidates.ts';
import { chunksOf } from './chunk-store.ts';
import type { Database } from './db.ts';
import { openSamples, receiveSamples } from './inbox.ts';
import { documentsOf, filesOfCandidate } from './needs.ts';
import { certificateOf, keepCertificate, readPeer } from './peers.ts';
import { type PullOptions, pullVersion } from './pull.ts';
import { connect, readRegistry, trustedKeys } from './registry.ts';
import { readRow } from './rows.ts';
import { candidateRowSchema, installedSchema, type RegistryRow } from './schema.ts';
import { storing } from './storage-error.ts';

/** What became of one document of a bundle. */
export interface TakenItem {
  readonly kind: 'version' | 'candidate' | 'samples';
  readonly digest: Digest;
  readonly model: string | null;
  /** The version; of a candidate, the one it was made from, or null where it founds a model. */
  readonly version: number | null;
  /** Who made it, where the registry vouches for it; null: unknown, or no device's. */
  readonly by: { readonly device: string; readonly name: string; readonly expired: boolean } | null;
  /** Samples that were not here. */
  readonly samples: number;
  readonly outcome: 'taken' | 'known' | 'refused';
  readonly problem: Failure | null;
}

type Found = Omit<TakenItem, 'kind' | 'digest' | 'problem'>;

/**
 * What one document is refused for does not hold up the others; taken again, all is known. A device that belongs to no
 * registry yet belongs to the bundle's from then on.
 * @throws HaversackError what is wrong with the bundle as a whole: `DocumentInvalid`, `SignatureInvalid`, `ChunkInvalid`,
 *   `TooLarge`, `KeyChanged` (of another registry); then nothing was written
 */
export async function takeBundle(
  db: Database,
  self: Pick<Signer, 'keyId' | 'publicKey'>,
  blob: Blob,
): Promise<TakenItem[]> {
  const open = await openBundle({
    bytes: blob.size,
    read: async (offset, bytes) => new Uint8Array(await blob.slice(offset, offset + bytes).arrayBuffer()),
  });
  await verifyBundle(open);
  const registry = await belongTo(db, open.bundle);
  await keepCertificates(db, open.bundle, trustedKeys(registry));
  const items: TakenItem[] = [];
  const take = async (kind: TakenItem['kind'], envelope: Envelope, accept: () => Promise<Found>) => {
    items.push(await itemOf(kind, envelope, accept));
  };
  for (const entry of open.bundle.versions) {
    await take('version', entry.manifest, () => takeVersion(db, open, entry));
  }
  await takeAliases(db, open.bundle, trustedKeys(registry));
  for (const envelope of open.bundle.candidates) {
    await take('candidate', envelope, () => takeCandidate(db, self, open, envelope));
  }
  for (const envelope of open.bundle.samples) {
    await take('samples', envelope, () => takeSamples(db, self.keyId, envelope));
  }
  return items;
}

/**
 * The registry that this device belongs to, with newer roots of it where the bundle brings some.
 * @throws HaversackError `KeyChanged`, `SignatureInvalid`, `DocumentInvalid`
 */
async function belongTo(db: Database, { roots }: Bundle): Promise<RegistryRow> {
  const known = await readRegistry(db);
  const newest = roots.at(-1);
  if (!newest) {
    if (known) return known;
    throw new HaversackError('DocumentInvalid', 'it does not say which registry it belongs to');
  }
  const offered = readDocument(newest, rootSchema);
  if (known) {
    const trusted = trustedKeys(known);
    if (!keysOf(offered).some(key => trusted.includes(key))) {
      throw new HaversackError('KeyChanged', `the bundle is of ${offered.keys[0]!.keyId}, another registry`);
    }
    // Not newer than the one here: it says nothing.
    if (offered.revision <= readDocument(known.root, rootSchema).revision) return known;
  }
  const root = (revision?: number): Promise<Envelope> => {
    const found = roots.find(each => revision === undefined || each.signed['revision'] === revision);
    const envelope = revision === undefined ? newest : found;
    return envelope
      ? Promise.resolve(envelope)
      : Promise.reject(new HaversackError('NotFound', `root ${revision} is not in the bundle`));
  };
  return connect(db, { root });
}

/** One that is not the registry's is as good as none. */
async function keepCertificates(
  db: Database,
  { certificates }: Bundle,
  keys: readonly string[],
): Promise<void> {
  for (const envelope of certificates) {
    await keepCertificate(db, envelope, keys).catch((thrown: unknown) => {
      const { code, detail } = toFailure(thrown);
      if (code !== 'SignatureInvalid' && code !== 'DocumentInvalid') throw thrown;
      console.warn(`haversack: a certificate in the bundle is left out. ${detail}`);
    });
  }
}

async function itemOf(
  kind: TakenItem['kind'],
  envelope: Envelope,
  accept: () => Promise<Found>,
): Promise<TakenItem> {
  const digest = await envelopeDigest(envelope);
  try {
    return { kind, digest, ...(await accept()), problem: null };
  } catch (thrown) {
    const problem = toFailure(thrown);
    const { model, version } = claims(envelope);
    return { kind, digest, model, version, by: null, samples: 0, outcome: 'refused', problem };
  }
}

/** What a document says of itself, for people; believed in nothing. */
function claims({ signed }: Envelope): { model: string | null; version: number | null } {
  const parent = signed['parent'];
  const version =
    signed['version'] ??
    (typeof parent === 'object' && parent && 'version' in parent ? parent.version : null);
  return {
    model: typeof signed['model'] === 'string' ? signed['model'] : null,
    version: typeof version === 'number' ? version : null,
  };
}

/** As a pull, with the bundle in the registry's place. */
async function takeVersion(
  db: Database,
  open: OpenBundle,
  entry: Bundle['versions'][number],
): Promise<Found> {
  const { model, version, authority } = readDocument(entry.manifest, manifestSchema);
  const before = readRow(
    installedSchema,
    await storing(() => db.get('installed', [model, version])),
    'installed',
  );
  const client = {
    root: () => Promise.reject(new HaversackError('Offline', 'a bundle is taken without the registry')),
    version: () =>
      Promise.resolve({
        manifest: entry.manifest,
        variants: entry.variants,
        retiredAt: null,
        collectedAt: null,
        derivations: [],
      }),
    chunk: (ref: ChunkRef) => open.chunk(ref),
    // One by one: nothing is on a line here.
    chunks: (refs: readonly ChunkRef[]) => Promise.resolve([...refs]),
  } as PullOptions['client'];
  for (const variant of entry.files) {
    const withTraining = entry.trainable && variant === authority.variant;
    await pullVersion({ db, client, model, version, variant, withTraining });
  }
  const covered = before !== null && entry.files.every(name => before.variants.includes(name));
  const outcome = covered && (before.trainable || !entry.trainable) ? 'known' : 'taken';
  return { model, version, by: null, samples: 0, outcome };
}

/** An older one than was seen here is no offence: whoever carries it was away for longer. */
async function takeAliases(db: Database, { aliases }: Bundle, keys: readonly string[]): Promise<void> {
  for (const envelope of aliases) {
    const { model, alias, revision } = readDocument(envelope, aliasSchema);
    const seen = await seenAlias(db, model, alias);
    if (seen && seen.alias.revision > revision) continue;
    await acceptAlias(db, envelope, keys).catch((thrown: unknown) => {
      const { code, detail } = toFailure(thrown);
      if (code === 'StorageFailed' || code === 'QuotaExceeded') throw thrown;
      console.warn(`haversack: an alias in the bundle is left out. ${detail}`);
    });
  }
}

async function takeCandidate(
  db: Database,
  self: Pick<Signer, 'keyId' | 'publicKey'>,
  open: OpenBundle,
  envelope: Envelope,
): Promise<Found> {
  const digest = await envelopeDigest(envelope);
  const claimed = readDocument(envelope, candidateSchema);
  const isOwn = claimed.device === self.keyId;
  const maker = isOwn ? null : await requireTrainer(db, claimed);
  const candidate = await openSignedByDevice(envelope, candidateSchema, maker?.publicKey ?? self.publicKey);
  const { model, parent } = candidate;
  const found = { model, version: parent?.version ?? null, by: maker && vouched(maker), samples: 0 };
  const known = readRow(candidateRowSchema, await storing(() => db.get('candidates', digest)), 'candidates');
  if (known) return { ...found, outcome: 'known' };
  if (parent) await requireParentsFace(db, candidate);
  await keepCarried(db, envelope, isOwn ? null : candidate.device, await chunksIn(open, candidate));
  return { ...found, outcome: 'taken' };
}

/** One that founds a model has none to keep. @throws HaversackError `NotInstalled`, `ModelInvalid` */
async function requireParentsFace(db: Database, candidate: Candidate): Promise<void> {
  const { manifest } = documentsOf(await requireParent(db, candidate));
  if (await mayFollow(manifest, candidate)) return;
  throw new HaversackError(
    'ModelInvalid',
    'interface: it does not keep the interface, labels and task of its parent',
  );
}

/** Only who may send candidates to the registry may hand them to others. */
async function requireTrainer(db: Database, { device }: Candidate): Promise<DeviceCertificate> {
  const peer = device === null ? null : await readPeer(db, device);
  if (!peer) {
    throw new HaversackError(
      'Forbidden',
      `the registry's word on device ${device?.slice(0, 12) ?? 'none'}, which made it, did not come with it`,
    );
  }
  const certificate = certificateOf(peer);
  if (certificate.role === 'device') {
    throw new HaversackError(
      'Forbidden',
      `"${certificate.name}" made it, which is a device; trainer is wanted`,
    );
  }
  return certificate;
}

function vouched({ device, name, expiresAt }: DeviceCertificate): NonNullable<TakenItem['by']> {
  return { device, name, expired: Date.parse(expiresAt) < Date.now() };
}

async function chunksIn(open: OpenBundle, candidate: Candidate): Promise<ReadonlyMap<string, Bytes>> {
  const chunks = new Map<string, Bytes>();
  for (const ref of chunksOf(filesOfCandidate(candidate))) {
    if (open.has(ref.digest)) chunks.set(ref.digest, await open.chunk(ref));
  }
  return chunks;
}

async function takeSamples(db: Database, self: string, envelope: Envelope): Promise<Found> {
  if (envelope.signed['device'] === self) {
    return { ...claims(envelope), by: null, samples: 0, outcome: 'known' };
  }
  const samples = await openSamples(db, envelope);
  const peer = await readPeer(db, samples.device);
  const added = await receiveSamples(db, envelope, samples);
  return {
    model: samples.model,
    version: samples.version,
    by: peer && vouched(certificateOf(peer)),
    samples: added,
    outcome: added > 0 ? 'taken' : 'known',
  };
}
