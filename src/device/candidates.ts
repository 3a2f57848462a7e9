// What was trained on this device or carried here, until the registry has it: judging → kept → queued → sent, or thrown
// away. What of it runs before it has a number: run-candidate.ts.
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
import { isFounding, runIfFounding } from './founding.ts';
import { activeWithoutCandidate } from './library.ts';
import { candidateOf, filesOfCandidate, filesToRun } from './needs.ts';
import type { ProjectStore } from './projects.ts';
import { readRow, readRows } from './rows.ts';
import {
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
  /** With the parent; null for one that founds a model. */
  readonly comparison: Comparison | null;
}

/**
 * Writes what is kept with a candidate or not at all, in the same transaction. What it throws, having written nothing, is
 * thrown, and nothing is kept. Called again where room had to be made first.
 */
export type KeepAlong = (projects: ProjectStore, candidate: Digest) => Promise<void>;

/**
 * Signs a candidate and stores it with its chunks, in one transaction. One that founds a model takes the place of those before
 * it that nobody has decided on.
 * @throws HaversackError `ChunkInvalid`, `ChunkMissing`, `QuotaExceeded`; what `keepAlong` throws
 */
export async function saveCandidate(
  db: Database,
  signer: Signer,
  { candidate, chunks, comparison }: NewCandidate,
  keepAlong?: KeepAlong,
): Promise<Digest> {
  const document = await signDocument(candidate, signer);
  const digest = await envelopeDigest(document);
  const row: CandidateRow = { ...newRow(candidate, document, digest), state: 'judging', comparison };
  await storeCandidate(db, row, { chunks, keepAlong });
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
  await storeCandidate(db, { ...row, state: 'kept', comparison: null, from }, { chunks, needed: filesToRun });
  return digest;
}

function newRow(candidate: Candidate, document: Envelope, digest: Digest) {
  const createdAt = new Date().toISOString();
  return { digest, model: candidate.model, document, from: null, receipt: null, problem: null, createdAt };
}

interface KeptWith {
  readonly chunks: ReadonlyMap<string, Bytes>;
  /** The files that must be whole then; absent: all. */
  readonly needed?: (candidate: Candidate) => FileRef[];
  readonly keepAlong?: KeepAlong | undefined;
}

/** All in one transaction. */
async function storeCandidate(
  db: Database,
  row: CandidateRow,
  { chunks, needed = filesOfCandidate, keepAlong }: KeptWith,
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
  const dropped = await withRoom(
    db,
    bytes,
    () => putCandidate(db, row, { refs, needs, chunks, keepAlong }),
    spared,
  );
  if (dropped > 0) await collectGarbage(db);
  postChange('candidates', row.model);
}

interface CandidateChunks {
  readonly refs: readonly ChunkRef[];
  /** Digests of those that must be here then. */
  readonly needs: ReadonlySet<string>;
  readonly chunks: ReadonlyMap<string, Bytes>;
  readonly keepAlong: KeepAlong | undefined;
}

/** @returns how many it took the place of */
async function putCandidate(
  db: Database,
  row: CandidateRow,
  { refs, needs, chunks, keepAlong }: CandidateChunks,
): Promise<number> {
  return storing(async () => {
    const stores = ['chunks', 'candidates', 'projects'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    await keepAlong?.(tx.objectStore('projects'), row.digest);
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
    const candidates = tx.objectStore('candidates');
    const raws = await candidates.index('model').getAll(row.model);
    const dropped = readRows(candidateRowSchema, raws, 'candidates').filter(old => isOverBy(old, row));
    for (const { digest } of dropped) await candidates.delete(digest);
    await candidates.put(row);
    await tx.done;
    return dropped.length;
  });
}

/** Of a new model, what is made next is meant in the place of what was made before, unless its user wanted that. */
function isOverBy(old: CandidateRow, next: CandidateRow): boolean {
  const isNew = (row: CandidateRow) => row.state === 'judging' && isFounding(row);
  return isNew(next) && isNew(old) && old.digest !== next.digest;
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

/** The user wants it: it stays until it is sent or thrown away. One that founds a model is in use from then on. */
export async function keepCandidate(db: Database, digest: Digest): Promise<void> {
  const { model, runs } = await storing(async () => {
    const tx = db.transaction(['candidates', 'active'], 'readwrite', { durability: 'strict' });
    const candidates = tx.objectStore('candidates');
    const row = readRow(candidateRowSchema, await candidates.get(digest), 'candidates');
    if (!row) throw new HaversackError('NotFound', `candidate ${digest.slice(0, 12)} is not on this device`);
    if (row.state === 'judging') await candidates.put({ ...row, state: 'kept' });
    const runs = await runIfFounding(tx.objectStore('active'), row);
    await tx.done;
    return { model: row.model, runs };
  });
  postChange('candidates', model);
  if (runs) postChange('active', model);
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
    const stores = ['candidates', 'outbox', 'active', 'installed'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const outbox = tx.objectStore('outbox');
    for (const id of await outbox.index('candidate').getAllKeys(digest)) await outbox.delete(id);
    const active = tx.objectStore('active');
    const running = readRows(activeSchema, await active.getAll(), 'active').filter(
      row => row.candidate === digest,
    );
    for (const row of running) {
      const installed = await tx.objectStore('installed').index('model').getAll(row.model);
      const next = activeWithoutCandidate(row, readRows(installedSchema, installed, 'installed'));
      if (next) await active.put(next);
      else await active.delete(row.model);
    }
    await tx.objectStore('candidates').delete(digest);
    await tx.done;
    return running;
  });
  await collectGarbage(db);
  postChange('candidates');
  postChange('outbox');
  for (const { model } of stopped) postChange('active', model);
}
