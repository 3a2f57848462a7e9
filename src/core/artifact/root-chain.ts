// The registry's root from one revision to the next: each signed by the key before it (The Update Framework 1.0.33, §5.3).
import { HaversackError } from '../errors.ts';
import { type Root, rootSchema } from './documents.ts';
import { type Envelope, envelopeDigest, openDocument, readDocument } from './signature.ts';

/** A registry that changed its key this often since it was last seen is not followed any further. */
const maxSteps = 256;

export interface OpenedRoot {
  readonly envelope: Envelope;
  readonly root: Root;
}

/** The public keys that a root believes: the one that signs now first, then those before it. */
export function keysOf({ keys }: Root): string[] {
  return keys.map(({ publicKey }) => publicKey);
}

/** The first root that is seen of a registry: signed by the key that it says signs now. @throws HaversackError `SignatureInvalid`, `DocumentInvalid` */
export async function openFirstRoot(envelope: Envelope): Promise<OpenedRoot> {
  const { keys } = readDocument(envelope, rootSchema);
  return { envelope, root: await openDocument(envelope, rootSchema, keys[0]!.publicKey) };
}

/**
 * From the root that is known to the one that is offered, one revision at a time: each signed by the key of the one before,
 * and by its own.
 * @param rootAt asks the registry for the root of a revision
 * @throws HaversackError `KeyChanged` (signed by no known key), `SignatureInvalid`, `Rollback` (older, or another at the same
 *   revision), `DocumentInvalid`
 */
export async function followRoot(
  known: OpenedRoot,
  offered: Envelope,
  rootAt: (revision: number) => Promise<Envelope>,
): Promise<OpenedRoot> {
  const { revision } = readDocument(offered, rootSchema);
  refuseOlder(revision, known.root.revision);
  if (revision - known.root.revision > maxSteps) {
    throw new HaversackError(
      'DocumentInvalid',
      `the root is offered at revision ${revision}, more than ${maxSteps} after ${known.root.revision}`,
    );
  }
  if (revision === known.root.revision) return sameRoot(known, offered);
  let last = known;
  while (last.root.revision < revision) {
    const next = last.root.revision + 1;
    last = await openNext(last.root, next === revision ? offered : await between(next, rootAt));
  }
  return last;
}

async function between(revision: number, rootAt: (revision: number) => Promise<Envelope>): Promise<Envelope> {
  try {
    return await rootAt(revision);
  } catch (thrown) {
    if (!(thrown instanceof HaversackError) || thrown.code !== 'NotFound') throw thrown;
    throw new HaversackError('SignatureInvalid', `the root of revision ${revision} is not there to follow`, {
      cause: thrown,
    });
  }
}

/**
 * The root after `before`: signed by the key that signed then, and by its own. Of the keys before that only documents are
 * believed; a new root is not theirs to make.
 * @throws HaversackError `KeyChanged`, `SignatureInvalid`, `DocumentInvalid`
 */
export async function openNext(before: Root, envelope: Envelope): Promise<OpenedRoot> {
  const claimed = readDocument(envelope, rootSchema);
  requireKnownSigner(before, envelope, claimed);
  const root = await openDocument(envelope, rootSchema, before.keys[0]!.publicKey);
  await openDocument(envelope, rootSchema, root.keys[0]!.publicKey);
  if (root.revision !== before.revision + 1) {
    throw new HaversackError(
      'SignatureInvalid',
      `after root ${before.revision} comes ${before.revision + 1}, offered is ${root.revision}`,
    );
  }
  return { envelope, root };
}

async function sameRoot(known: OpenedRoot, offered: Envelope): Promise<OpenedRoot> {
  requireKnownSigner(known.root, offered, readDocument(offered, rootSchema));
  const root = await openDocument(offered, rootSchema, keysOf(known.root));
  if ((await envelopeDigest(offered)) !== (await envelopeDigest(known.envelope))) {
    throw new HaversackError('Rollback', `there are two roots of revision ${root.revision}`);
  }
  return known;
}

/** Said apart from a signature that does not fit: another registry answers, or its key was made anew. */
function requireKnownSigner(before: Root, { signatures }: Envelope, claimed: Root): void {
  const known = before.keys.map(({ keyId }) => keyId);
  if (signatures.some(({ keyId }) => known.includes(keyId))) return;
  const got = claimed.keys[0]!.keyId;
  throw new HaversackError('KeyChanged', `it is ${got}, known is ${known[0]!}`);
}

function refuseOlder(offered: number, known: number): void {
  if (offered < known) {
    throw new HaversackError('Rollback', `the root is offered at revision ${offered}, seen was ${known}`);
  }
}
