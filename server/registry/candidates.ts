// A device's candidate becomes a version: once, after everything it claims has been looked at. Its evaluations are its word.
import { type Candidate, candidateSchema, manifestSchema } from '../../src/core/artifact/documents.ts';
import { mayFollow } from '../../src/core/artifact/face.ts';
import type { Digest } from '../../src/core/artifact/digest.ts';
import { type Envelope, envelopeDigest, readDocument } from '../../src/core/artifact/signature.ts';
import { openSignedByDevice } from '../../src/core/artifact/signed-by-device.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { rightsOf } from '../../src/core/artifact/rights.ts';
import { grantsOfDevice } from '../gateway/standing.ts';
import { requireChunks } from './chunk-files.ts';
import { type Committed, committedFrom, commitVersion, filesOf } from './commit.ts';
import type { Registry } from './context.ts';
import { derivedFrom } from './derivations.ts';
import { contentOf } from './documents.ts';
import { findDevice } from './devices.ts';
import { requireMayFound } from './found-model.ts';

export interface Accepted extends Committed {
  /** Digest of the candidate document. */
  readonly candidate: string;
}

/**
 * The same candidate again gets the same version: `created` is false then, and nothing is looked at twice. One without a
 * parent founds a model.
 * @throws HaversackError `DocumentInvalid`, `SignatureInvalid`, `Forbidden` (who signed), `NotFound` (the parent), `Conflict` (the
 *   name of a new model), `QuotaSpent`, `ChunkMissing`, `ChunkInvalid`, and what is wrong with the model
 */
export async function acceptCandidate(registry: Registry, envelope: Envelope): Promise<Accepted> {
  const digest = await envelopeDigest(envelope);
  const committed = async () => {
    const before = await committedFrom(registry.database, digest);
    return before && { ...before, candidate: digest };
  };
  const before = await committed();
  if (before) return before;
  try {
    return await commitCandidate(registry, envelope, digest);
  } catch (error) {
    // It came twice at once, and the other was quicker: the name is taken by itself.
    const meanwhile = error instanceof HaversackError && error.code === 'Conflict' ? await committed() : null;
    if (meanwhile) return meanwhile;
    throw error;
  }
}

async function commitCandidate(registry: Registry, envelope: Envelope, digest: Digest): Promise<Accepted> {
  const { candidate, isAdmin } = await openCandidate(registry, envelope);
  const founder = { model: candidate.model, device: candidate.device!, isAdmin };
  if (!candidate.parent) await requireMayFound(registry.database, { ...founder, at: registry.now() });
  await requireChunks(registry.blobs, filesOf(candidate));
  await checkFiles(registry, candidate);
  if (candidate.parent) await checkInterface(registry, candidate, candidate.parent);
  // That took its time: its device may have been revoked meanwhile.
  await openCandidate(registry, envelope);
  const { type: _type, formatVersion: _formatVersion, ...draft } = candidate;
  const committed = await commitVersion(
    registry,
    { ...draft, candidate: digest },
    {
      who: candidate.device!,
      variants: [],
      derive: derivedFrom(candidate.authority),
      production: 'if-first',
      requireAllowed: async transaction => {
        if (!candidate.parent) await requireMayFound(transaction, { ...founder, at: registry.now() });
      },
    },
  );
  return { ...committed, candidate: digest };
}

/** Signed by the device it names, which may send candidates. `isAdmin`: it may do all with that model. */
async function openCandidate(
  registry: Registry,
  envelope: Envelope,
): Promise<{ readonly candidate: Candidate; readonly isAdmin: boolean }> {
  const claimed = readDocument(envelope, candidateSchema);
  const device = claimed.device === null ? null : await findDevice(registry, claimed.device);
  if (!device) {
    throw new HaversackError('Forbidden', `device: ${claimed.device ?? 'none'} is not known here`);
  }
  const rights = rightsOf(grantsOfDevice(device));
  if (!rights.on(claimed.model, 'write')) {
    throw new HaversackError(
      'Forbidden',
      `the device that signed is ${device.status} as ${device.role ?? 'nothing'}; the right to write ${claimed.model} is wanted`,
    );
  }
  const candidate = await openSignedByDevice(envelope, candidateSchema, device.publicKey);
  return { candidate, isAdmin: rights.on(candidate.model, 'admin') };
}

async function checkFiles(registry: Registry, candidate: Candidate): Promise<void> {
  const { dataset, topology, recorded } = candidate.artifacts;
  const { architecture } = await registry.checker.check({
    kind: 'check',
    file: candidate.authority.file,
    beside: [dataset, topology].flatMap(artifact => (artifact ? [artifact.file] : [])),
    labels: candidate.labels,
    interface: candidate.interface,
    recorded,
  });
  if (architecture !== candidate.architecture) {
    throw new HaversackError(
      'ModelInvalid',
      `architecture: the file has ${architecture}, stated is ${candidate.architecture}`,
    );
  }
}

/**
 * What is asked of a model and what it answers are the parent's, for whoever uses it goes by that; its weights, and its graph
 * (low-rank changes beside them), may be others; and the classes of what is taught by showing.
 */
async function checkInterface(
  { database }: Registry,
  candidate: Candidate,
  { version }: NonNullable<Candidate['parent']>,
): Promise<void> {
  const row = await database
    .selectFrom('versions')
    .select('manifest')
    .where('model', '=', candidate.model)
    .where('version', '=', version)
    .executeTakeFirst();
  // A parent that is not here is told by the commit.
  const parent = row && contentOf(row.manifest, manifestSchema);
  if (!parent) return;
  if (await mayFollow(parent, candidate)) return;
  throw new HaversackError(
    'ModelInvalid',
    `interface: what is taught from ${candidate.model}@${version} keeps its interface, labels and task`,
  );
}
