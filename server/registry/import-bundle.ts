// A bundle that somebody carried here: each document in it counts as if it had come over the wire from whoever signed it.
import { type OpenBundle, verifyBundle } from '../../src/core/artifact/bundle.ts';
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import {
  aliasSchema,
  candidateSchema,
  manifestSchema,
  rootSchema,
} from '../../src/core/artifact/documents.ts';
import { keysOf } from '../../src/core/artifact/root-chain.ts';
import type { BundleReceipt } from '../../src/core/artifact/inbox-api.ts';
import {
  type Envelope,
  envelopeDigest,
  openDocument,
  readDocument,
} from '../../src/core/artifact/signature.ts';
import { type ErrorCode, HaversackError, toFailure } from '../../src/core/errors.ts';
import { acceptCandidate } from './candidates.ts';
import { filesOf } from './commit.ts';
import type { Registry } from './context.ts';
import { acceptReport } from './reports.ts';
import { acceptSamples } from './samples.ts';

type Item = BundleReceipt['items'][number];
type Found = Pick<Item, 'model' | 'version' | 'outcome'>;

export interface Imported extends BundleReceipt {
  /** Whether variants of a new version are to be made. */
  readonly hasNewVersion: boolean;
}

/**
 * Every chunk is hashed before the first is stored, and stored before what needs it is looked at. What one document is
 * refused for does not hold up the others.
 * @param onNewBytes before chunks are stored that were not here, and documents that may not have been
 * @throws HaversackError `ChunkInvalid`, `DocumentInvalid`, `TooLarge`: then nothing was taken; `TooManyRequests`, `Unavailable`:
 *   the rest was not
 */
export async function importBundle(
  registry: Registry,
  open: OpenBundle,
  onNewBytes: (bytes: number) => void,
): Promise<Imported> {
  await verifyBundle(open);
  const { versions, aliases, candidates, samples, reports } = open.bundle;
  const items: Item[] = [];
  const take = async (
    kind: Item['kind'],
    envelopes: readonly Envelope[],
    accept: (envelope: Envelope) => Promise<Found>,
  ) => {
    for (const envelope of envelopes) items.push(await itemOf(kind, envelope, accept));
  };
  await take(
    'version',
    versions.map(({ manifest }) => manifest),
    envelope => knownVersion(registry, envelope),
  );
  await take('alias', aliases, envelope => knownAlias(registry, envelope));
  await take('candidate', candidates, async envelope => {
    const candidate = readDocument(envelope, candidateSchema);
    await storeChunks(registry, open, filesOf(candidate), onNewBytes);
    const { manifest, created } = await acceptCandidate(registry, envelope);
    return { model: manifest.model, version: manifest.version, outcome: created ? 'accepted' : 'known' };
  });
  await take('samples', samples, async envelope => {
    onNewBytes(JSON.stringify(envelope).length);
    const { model, created } = await acceptSamples(registry, envelope);
    return { model, version: null, outcome: created ? 'accepted' : 'known' };
  });
  await take('report', reports, async envelope => {
    onNewBytes(JSON.stringify(envelope).length);
    const { created } = await acceptReport(registry, envelope);
    return { model: null, version: null, outcome: created ? 'accepted' : 'known' };
  });
  return {
    items,
    hasNewVersion: items.some(({ kind, outcome }) => kind === 'candidate' && outcome === 'accepted'),
  };
}

async function itemOf(
  kind: Item['kind'],
  envelope: Envelope,
  accept: (envelope: Envelope) => Promise<Found>,
): Promise<Item> {
  const digest = await envelopeDigest(envelope);
  try {
    return { kind, digest, ...(await accept(envelope)), problem: null };
  } catch (thrown) {
    if (!isAboutDocument(thrown)) throw thrown;
    const { code, detail } = toFailure(thrown);
    return {
      kind,
      digest,
      model: null,
      version: null,
      outcome: 'refused',
      problem: { code, detail },
    };
  }
}

/** Of these the bundle is brought again, and what was taken of it is known then. */
const faultsOfOurs: readonly ErrorCode[] = ['TooManyRequests', 'Unavailable', 'Internal'];

function isAboutDocument(thrown: unknown): boolean {
  return thrown instanceof HaversackError && !faultsOfOurs.includes(thrown.code);
}

/** A registry's versions are made by it: those in a bundle are its own, and here, or another's. */
async function knownVersion({ database }: Registry, envelope: Envelope): Promise<Found> {
  const { model, version } = readDocument(envelope, manifestSchema);
  const row = await database
    .selectFrom('versions')
    .select('version')
    .where('digest', '=', await envelopeDigest(envelope))
    .executeTakeFirst();
  if (row) return { model, version, outcome: 'known' };
  throw new HaversackError(
    'Forbidden',
    `${model}@${version} is another registry's version; push its file here`,
  );
}

/** Aliases are moved at the registry, by an admin: one that comes along is its own word, or nobody's. */
async function knownAlias({ identity }: Registry, envelope: Envelope): Promise<Found> {
  const keys = keysOf(readDocument(identity.root, rootSchema));
  const { model, version } = await openDocument(envelope, aliasSchema, keys);
  return { model, version, outcome: 'known' };
}

async function storeChunks(
  { blobs }: Registry,
  open: OpenBundle,
  files: readonly FileRef[],
  onNewBytes: (bytes: number) => void,
): Promise<void> {
  for (const ref of files.flatMap(({ chunks }) => chunks)) {
    if (!open.has(ref.digest) || (await blobs.renew(ref.digest))) continue;
    onNewBytes(ref.bytes);
    await blobs.put(ref.digest, await open.chunk(ref));
  }
}
