// What was trained on this device, until the registry has it: judging → kept → queued → sent, or thrown away.
import { type ChunkRef, verifyChunk } from '../core/artifact/chunks.ts';
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { Candidate } from '../core/artifact/documents.ts';
import { envelopeDigest, type Signer, signDocument } from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';
import type { Comparison } from '../core/evaluate/compare.ts';
import { postChange } from './changes.ts';
import { chunksOf, ownBuffer, readFile } from './chunk-store.ts';
import type { Database } from './db.ts';
import { collectGarbage } from './garbage.ts';
import { candidateOf, filesOfCandidate } from './needs.ts';
import { readRow, readRows } from './rows.ts';
import { type CandidateRow, candidateRowSchema } from './schema.ts';
import { storing } from './storage-error.ts';

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
  const refs = chunksOf(filesOfCandidate(candidate));
  await verifyAll(refs, chunks);
  const document = await signDocument(candidate, signer);
  const digest = await envelopeDigest(document);
  const row: CandidateRow = {
    digest,
    model: candidate.model,
    document,
    state: 'judging',
    comparison,
    receipt: null,
    problem: null,
    createdAt: new Date().toISOString(),
  };
  await storing(async () => {
    const tx = db.transaction(['chunks', 'candidates'], 'readwrite', { durability: 'strict' });
    const store = tx.objectStore('chunks');
    for (const ref of refs) {
      const bytes = chunks.get(ref.digest);
      if (bytes) await store.put({ digest: ref.digest, bytes: ownBuffer(bytes) });
      else if ((await store.getKey(ref.digest)) === undefined) {
        tx.abort();
        await tx.done.catch(() => undefined);
        throw new HaversackError('ChunkMissing', `chunk ${ref.digest.slice(0, 12)} of the candidate`);
      }
    }
    await tx.objectStore('candidates').put(row);
    await tx.done;
  });
  postChange('candidates', row.model);
  return digest;
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

/** Throws it away, out of the outbox too. What was sent is the registry's, and stays there. */
export async function discardCandidate(db: Database, digest: Digest): Promise<void> {
  await storing(async () => {
    const tx = db.transaction(['candidates', 'outbox'], 'readwrite', { durability: 'strict' });
    const outbox = tx.objectStore('outbox');
    for (const id of await outbox.index('candidate').getAllKeys(digest)) await outbox.delete(id);
    await tx.objectStore('candidates').delete(digest);
    await tx.done;
  });
  await collectGarbage(db);
  postChange('candidates');
  postChange('outbox');
}
