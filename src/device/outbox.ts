// What this device made and has not delivered yet, in order. Delivered exactly once: a candidate has one digest, and the
// registry answers the same receipt however often it comes.
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { Receipt } from '../core/artifact/registry-api.ts';
import { errorCatalogue, type ErrorCode, type Failure, HaversackError, toFailure } from '../core/errors.ts';
import type { RegistryClient } from '../client/registry.ts';
import { uploadFile } from '../client/upload.ts';
import { throwIfAborted } from './backoff.ts';
import { postChange } from './changes.ts';
import { chunksOf, readChunk } from './chunk-store.ts';
import type { Database } from './db.ts';
import { withLock } from './locks.ts';
import { candidateOf, filesOfCandidate } from './needs.ts';
import { readRow, readRows } from './rows.ts';
import { type CandidateRow, candidateRowSchema, type OutboxItem, outboxSchema } from './schema.ts';
import { storing } from './storage-error.ts';

export type DeliveryClient = Pick<RegistryClient, 'missing' | 'putChunk' | 'submitCandidate'>;

/** Chunks held in memory at a time while they are sent (16 MiB at most). */
const uploadWindow = 16;

/** In the order of delivery. */
export async function listOutbox(db: Database): Promise<OutboxItem[]> {
  return readRows(outboxSchema, await storing(() => db.getAll('outbox')), 'outbox');
}

/** Puts a candidate at the end of the queue, unless it is in it or was sent. @throws HaversackError `NotFound` */
export async function enqueue(db: Database, digest: Digest): Promise<void> {
  const model = await storing(async () => {
    const tx = db.transaction(['candidates', 'outbox'], 'readwrite', { durability: 'strict' });
    const candidates = tx.objectStore('candidates');
    const outbox = tx.objectStore('outbox');
    const row = readRow(candidateRowSchema, await candidates.get(digest), 'candidates');
    if (!row) throw new HaversackError('NotFound', `candidate ${digest.slice(0, 12)} is not on this device`);
    const queued = await outbox.index('candidate').getKey(digest);
    if (row.state !== 'sent' && queued === undefined) {
      await candidates.put({ ...row, state: 'queued', problem: null, problemCode: null });
      const queuedAt = new Date().toISOString();
      await outbox.add({ kind: 'candidate', candidate: digest, attempts: 0, lastError: null, queuedAt });
    }
    await tx.done;
    return row.model;
  });
  postChange('candidates', model);
  postChange('outbox', model);
}

/**
 * Delivers what is queued, oldest first, until it is empty or something has to be waited for. Only one tab does it at a
 * time. What the registry refuses for good leaves the queue, with its reason.
 * @returns how many were delivered
 * @throws HaversackError why the first in the queue has to wait: `Offline`, `Unauthorized`, `Forbidden`, …; `Aborted`
 */
export async function deliver(
  db: Database,
  client: DeliveryClient,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<number> {
  throwIfAborted(signal);
  return storing(() =>
    withLock('outbox', signal, async () => {
      let delivered = 0;
      for (const id of await db.getAllKeys('outbox')) {
        throwIfAborted(signal);
        if (await deliverOne(db, client, id, signal)) delivered += 1;
      }
      return delivered;
    }),
  );
}

async function deliverOne(
  db: Database,
  client: DeliveryClient,
  id: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const item = readRow(outboxSchema, await db.get('outbox', id), 'outbox');
  const row =
    item?.kind === 'candidate'
      ? readRow(candidateRowSchema, await db.get('candidates', item.candidate), 'candidates')
      : null;
  if (!row) {
    // Thrown away meanwhile, or damaged: there is nothing to send.
    await db.delete('outbox', id);
    return false;
  }
  try {
    await sendChunks(db, client, row, signal);
    await settle(db, id, row, { state: 'sent', receipt: await client.submitCandidate(row.document, signal) });
    return true;
  } catch (thrown) {
    const failure = toFailure(thrown, 'StorageFailed');
    if (isFinal(failure)) {
      await settle(db, id, row, { state: 'refused', problem: failure.detail, problemCode: failure.code });
      return false;
    }
    if (failure.code !== 'Aborted') await postpone(db, id, row, failure);
    throw thrown;
  }
}

async function sendChunks(
  db: Database,
  client: DeliveryClient,
  row: CandidateRow,
  signal: AbortSignal | undefined,
): Promise<void> {
  const refs = chunksOf(filesOfCandidate(candidateOf(row)));
  const lacking = new Set(
    await client.missing(
      refs.map(ref => ref.digest),
      signal,
    ),
  );
  const toSend = refs.filter(ref => lacking.has(ref.digest));
  for (let start = 0; start < toSend.length; start += uploadWindow) {
    const chunks = new Map<string, Bytes>();
    for (const ref of toSend.slice(start, start + uploadWindow)) {
      chunks.set(ref.digest, await readChunk(db, ref));
    }
    await uploadFile(client, { chunks }, { signal });
  }
}

/** Refused for good, as opposed to: not now (408, 429), not yet (401, 403), pieces got lost (`ChunkMissing`). */
function isFinal({ code }: Failure): boolean {
  const { status } = errorCatalogue[code];
  if (code === 'Aborted' || code === 'ChunkMissing') return false;
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}

type Outcome =
  { state: 'sent'; receipt: Receipt } | { state: 'refused'; problem: string; problemCode: ErrorCode };

async function settle(db: Database, id: number, row: CandidateRow, outcome: Outcome): Promise<void> {
  await storing(async () => {
    const tx = db.transaction(['candidates', 'outbox'], 'readwrite', { durability: 'strict' });
    await tx.objectStore('candidates').put({ ...row, problem: null, problemCode: null, ...outcome });
    await tx.objectStore('outbox').delete(id);
    await tx.done;
  });
  postChange('candidates', row.model);
  postChange('outbox', row.model);
}

async function postpone(db: Database, id: number, row: CandidateRow, failure: Failure): Promise<void> {
  const reason =
    failure.code === 'Unauthorized' || failure.code === 'Forbidden'
      ? "waiting for an admin's approval"
      : failure.detail;
  await storing(async () => {
    const tx = db.transaction(['candidates', 'outbox'], 'readwrite');
    const outbox = tx.objectStore('outbox');
    const item = readRow(outboxSchema, await outbox.get(id), 'outbox');
    if (item) {
      await outbox.put({ ...item, id, attempts: item.attempts + 1, lastError: reason });
      await tx.objectStore('candidates').put({ ...row, problem: reason, problemCode: failure.code });
    }
    await tx.done;
  });
  // Not 'outbox': that would set every tab delivering again, at once and for ever.
  if (row.problem !== reason) postChange('candidates', row.model);
}
