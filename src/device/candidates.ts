// What was trained on this device or carried here, until the registry has it: judging → kept → queued → sent, or thrown
// away; and what of it runs before it has a number.
import { type ChunkRef, type FileRef, verifyChunk } from '../core/artifact/chunks.ts';
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import { type Candidate, candidateSchema } from '../core/artifact/documents.ts';
import {
  type Envelope,
  envelopeDigest,
  readDocument,
  type Signer,
  signDocument,
} from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';
import type { Comparison } from '../core/evaluate/compare.ts';
import { postChange } from './changes.ts';
import { chunksOf, missingChunks, ownBuffer, readFile } from './chunk-store.ts';
import type { Database } from './db.ts';
import { withRoom } from './evict.ts';
import { collectGarbage } from './garbage.ts';
import { keptVariant } from './library.ts';
import { candidateOf, filesOfCandidate, filesToRun } from './needs.ts';
import { readRow, readRows } from './rows.ts';
import {
  type Active,
  activeSchema,
  type CandidateRow,
  candidateRowSchema,
  type Installed,
  installedSchema,
} from './schema.ts';
import { storing } from './storage-error.ts';
import { sumBytes } from './usage.ts';
import { versionKey } from './version-key.ts';

export interface NewCandidate {
  readonly candidate: Candidate;
  /** By digest; those that are in the store already (of the parent) need not be in it. */
  readonly chunks: ReadonlyMap<string, Bytes>;
  readonly comparison: Comparison;
}

/**
 * Signs a candidate and stores it with its chunks, in one transaction.
 * @throws HaversackError `ChunkInvalid`, `ChunkMissing`, `QuotaExceeded`
 */
export async function saveCandidate(
  db: Database,
  signer: Signer,
  { candidate, chunks, comparison }: NewCandidate,
): Promise<Digest> {
  const document = await signDocument(candidate, signer);
  const digest = await envelopeDigest(document);
  await storeCandidate(db, { ...newRow(candidate, document, digest), state: 'judging', comparison }, chunks);
  return digest;
}

/**
 * Keeps what another device, or this one before it lost its store, made: its signature was checked by the caller. What it
 * needs to be trained from need not be here.
 * @param from the device that made it; null where it is this one
 * @throws HaversackError `ChunkInvalid`, `ChunkMissing`, `QuotaExceeded`
 */
export async function keepCarried(
  db: Database,
  document: Envelope,
  from: string | null,
  chunks: ReadonlyMap<string, Bytes>,
): Promise<Digest> {
  const digest = await envelopeDigest(document);
  const row = newRow(readDocument(document, candidateSchema), document, digest);
  await storeCandidate(db, { ...row, state: 'kept', comparison: null, from }, chunks, filesToRun);
  return digest;
}

function newRow(candidate: Candidate, document: Envelope, digest: Digest) {
  const createdAt = new Date().toISOString();
  return { digest, model: candidate.model, document, from: null, receipt: null, problem: null, createdAt };
}

/** With its chunks, in one transaction. @param needed the files that must be whole then */
async function storeCandidate(
  db: Database,
  row: CandidateRow,
  chunks: ReadonlyMap<string, Bytes>,
  needed: (candidate: Candidate) => FileRef[] = filesOfCandidate,
): Promise<void> {
  const candidate = candidateOf(row);
  const refs = chunksOf(filesOfCandidate(candidate));
  const needs = new Set(chunksOf(needed(candidate)).map(({ digest }) => digest));
  await verifyAll(refs, chunks);
  const bytes = async () => sumBytes(await missingChunks(db, refs));
  const { parent, model } = candidate;
  // What it has of its parent is to be there still.
  const spared = {
    versions: parent ? [versionKey(model, parent.version)] : [],
    chunks: refs.map(ref => ref.digest),
  };
  await withRoom(db, bytes, () => putCandidate(db, row, { refs, needs, chunks }), spared);
  postChange('candidates', row.model);
}

interface CandidateChunks {
  readonly refs: readonly ChunkRef[];
  /** Digests of those that must be here then. */
  readonly needs: ReadonlySet<string>;
  readonly chunks: ReadonlyMap<string, Bytes>;
}

async function putCandidate(
  db: Database,
  row: CandidateRow,
  { refs, needs, chunks }: CandidateChunks,
): Promise<void> {
  await storing(async () => {
    const tx = db.transaction(['chunks', 'candidates'], 'readwrite', { durability: 'strict' });
    const store = tx.objectStore('chunks');
    for (const ref of refs) {
      const bytes = chunks.get(ref.digest);
      if (bytes) await store.put({ digest: ref.digest, bytes: ownBuffer(bytes) });
      else if (needs.has(ref.digest) && (await store.getKey(ref.digest)) === undefined) {
        tx.abort();
        await tx.done.catch(() => undefined);
        throw new HaversackError('ChunkMissing', `chunk ${ref.digest.slice(0, 12)} of the candidate`);
      }
    }
    await tx.objectStore('candidates').put(row);
    await tx.done;
  });
}

async function verifyAll(refs: readonly ChunkRef[], chunks: ReadonlyMap<string, Bytes>): Promise<void> {
  for (const ref of refs) {
    const bytes = chunks.get(ref.digest);
    if (bytes) await verifyChunk(bytes, ref);
  }
}

/** Newest first. */
export async function listCandidates(db: Database, model?: string): Promise<CandidateRow[]> {
  const raws = await storing(() =>
    model === undefined ? db.getAll('candidates') : db.getAllFromIndex('candidates', 'model', model),
  );
  return readRows(candidateRowSchema, raws, 'candidates').sort((a, b) =>
    b.createdAt.localeCompare(a.createdAt),
  );
}

/** @throws HaversackError `NotFound` */
export async function readCandidate(db: Database, digest: Digest): Promise<CandidateRow> {
  const raw = await storing(() => db.get('candidates', digest));
  const row = readRow(candidateRowSchema, raw, 'candidates');
  if (!row) throw new HaversackError('NotFound', `candidate ${digest.slice(0, 12)} is not on this device`);
  return row;
}

/** @throws HaversackError `NotFound`, `NotInstalled`, `ChunkInvalid` */
export async function readCandidateFile(
  db: Database,
  digest: Digest,
): Promise<{ candidate: Candidate; file: Bytes }> {
  const candidate = candidateOf(await readCandidate(db, digest));
  return { candidate, file: await readFile(db, candidate.authority.file) };
}

/** The user wants it: it stays until it is sent or thrown away. */
export async function keepCandidate(db: Database, digest: Digest): Promise<void> {
  const model = await storing(async () => {
    const tx = db.transaction('candidates', 'readwrite', { durability: 'strict' });
    const row = readRow(candidateRowSchema, await tx.store.get(digest), 'candidates');
    if (!row) throw new HaversackError('NotFound', `candidate ${digest.slice(0, 12)} is not on this device`);
    if (row.state === 'judging') await tx.store.put({ ...row, state: 'kept' });
    await tx.done;
    return row.model;
  });
  postChange('candidates', model);
}

/**
 * Runs a candidate in the place of the version it was made from, until another version takes that place. Judged or not, it
 * is kept.
 * @throws HaversackError `NotFound`, `NotInstalled` where what it was made from is not here
 */
export async function runCandidate(db: Database, digest: Digest): Promise<Active> {
  const candidate = candidateOf(await readCandidate(db, digest));
  const installed = await requireParent(db, candidate);
  await keepCandidate(db, digest);
  const { model, parent } = candidate;
  const row = await storing(async () => {
    const tx = db.transaction('active', 'readwrite', { durability: 'strict' });
    const now = readRow(activeSchema, await tx.store.get(model), 'active');
    const previous = now && now.version !== parent!.version ? now.version : (now?.previous ?? null);
    const next: Active = {
      model,
      version: parent!.version,
      // Not the candidate's own, which has one: what comes after it is of this kind again.
      variant: keptVariant(installed, now)!,
      previous,
      follows: now?.follows ?? true,
      candidate: digest,
    };
    await tx.store.put(next);
    await tx.done;
    return next;
  });
  postChange('active', model);
  return row;
}

/** Back to the version it was made from. */
export async function stopCandidate(db: Database, model: string): Promise<void> {
  await storing(async () => {
    const tx = db.transaction('active', 'readwrite', { durability: 'strict' });
    const now = readRow(activeSchema, await tx.store.get(model), 'active');
    if (now?.candidate != null) await tx.store.put({ ...now, candidate: null });
    await tx.done;
  });
  await collectGarbage(db);
  postChange('active', model);
}

/**
 * The version that a candidate was made from, which must be here, and the very same.
 * @throws HaversackError `NotInstalled`, `DocumentInvalid`
 */
export async function requireParent(
  db: Database,
  { model, parent }: Pick<Candidate, 'model' | 'parent'>,
): Promise<Installed> {
  if (!parent) throw new HaversackError('DocumentInvalid', 'parent: it was made from no version');
  const raw = await storing(() => db.get('installed', [model, parent.version]));
  const row = readRow(installedSchema, raw, 'installed');
  if (row && (await envelopeDigest(row.manifest)) === parent.digest) return row;
  throw new HaversackError(
    'NotInstalled',
    row
      ? `it was made from another ${model} version ${parent.version} than the one here`
      : `it was made from ${model} version ${parent.version}, which is not here`,
  );
}

/** Throws it away, out of the outbox and out of use too. What was sent is the registry's, and stays there. */
export async function discardCandidate(db: Database, digest: Digest): Promise<void> {
  const stopped = await storing(async () => {
    const stores = ['candidates', 'outbox', 'active'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const outbox = tx.objectStore('outbox');
    for (const id of await outbox.index('candidate').getAllKeys(digest)) await outbox.delete(id);
    const active = tx.objectStore('active');
    const running = readRows(activeSchema, await active.getAll(), 'active').filter(
      row => row.candidate === digest,
    );
    for (const row of running) await active.put({ ...row, candidate: null });
    await tx.objectStore('candidates').delete(digest);
    await tx.done;
    return running;
  });
  await collectGarbage(db);
  postChange('candidates');
  postChange('outbox');
  for (const { model } of stopped) postChange('active', model);
}
