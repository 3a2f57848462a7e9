// What this device made and has not delivered yet. Each thing is delivered exactly once: it has one digest, and the registry
// gives the same answer however often it comes.
import type { Digest } from '../core/artifact/digest.ts';
import type { Receipt } from '../core/artifact/registry-api.ts';
import { type Envelope, envelopeDigest, type Signer, signDocument } from '../core/artifact/signature.ts';
import { errorCatalogue, type ErrorCode, type Failure, HaversackError, toFailure } from '../core/errors.ts';
import { assertNever } from '../core/result.ts';
import { RegistryProblem } from '../client/problem.ts';
import type { RegistryClient } from '../client/registry.ts';
import { throwIfAborted } from '../client/backoff.ts';
import { afterFounding } from './after-founding.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { runIfFounding } from './founding.ts';
import { withLock } from './locks.ts';
import { type DocumentItem, isWaiting } from './outbox-items.ts';
import { readRow } from './rows.ts';
import { type CandidateRow, candidateRowSchema, outboxSchema } from './schema.ts';
import { sendCandidate, type SendClient } from './send-candidate.ts';
import { storing } from './storage-error.ts';

export { type DocumentItem, isWaiting, listOutbox } from './outbox-items.ts';

export type DeliveryClient = SendClient & Pick<RegistryClient, 'sendDocument' | 'version'>;

type Target = DocumentItem['to'];

/**
 * Puts a candidate at the end of the queue, unless it is in it or was sent; one that founds a model is in use from then on.
 * @throws HaversackError `NotFound`
 */
export async function enqueue(db: Database, digest: Digest): Promise<void> {
  const { model, runs } = await storing(async () => {
    const stores = ['candidates', 'outbox', 'active'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const candidates = tx.objectStore('candidates');
    const outbox = tx.objectStore('outbox');
    const row = readRow(candidateRowSchema, await candidates.get(digest), 'candidates');
    if (!row) throw new HaversackError('NotFound', `candidate ${digest.slice(0, 12)} is not on this device`);
    const queued = await outbox.index('candidate').getKey(digest);
    if (row.state !== 'sent' && queued === undefined) {
      await candidates.put({ ...row, state: 'queued', problem: null, problemCode: null });
      await outbox.add({ kind: 'candidate', candidate: digest, ...untried() });
    }
    const runs = row.state !== 'sent' && (await runIfFounding(tx.objectStore('active'), row));
    await tx.done;
    return { model: row.model, runs };
  });
  postChange('candidates', model);
  postChange('outbox', model);
  if (runs) postChange('active', model);
}

/**
 * Signs a document and puts it at the end of the queue. The same content again is in it once.
 * @param model what it is about; null where it is about none
 * @param replaces of what waits, what this one makes superfluous
 * @returns the document's digest
 */
export async function enqueueDocument(
  db: Database,
  to: Target,
  model: string | null,
  content: Readonly<Record<string, unknown>>,
  signer: Signer,
  replaces: (waiting: DocumentItem) => boolean = () => false,
): Promise<Digest> {
  const document = await signDocument(content, signer);
  return enqueueSigned(db, to, model, document, replaces);
}

async function enqueueSigned(
  db: Database,
  to: Target,
  model: string | null,
  document: Envelope,
  replaces: (waiting: DocumentItem) => boolean,
): Promise<Digest> {
  const digest = await envelopeDigest(document);
  await storing(async () => {
    const tx = db.transaction('outbox', 'readwrite', { durability: 'strict' });
    for (const raw of await tx.store.getAll()) {
      const item = readRow(outboxSchema, raw, 'outbox');
      if (item?.kind === 'document' && item.digest !== digest && replaces(item)) {
        await tx.store.delete(item.id!);
      }
    }
    if ((await tx.store.index('digest').getKey(digest)) === undefined) {
      await tx.store.add({ kind: 'document', to, model, digest, document, refusedAs: null, ...untried() });
    }
    await tx.done;
  });
  postChange('outbox', model ?? undefined);
  return digest;
}

function untried() {
  return { attempts: 0, lastError: null, queuedAt: new Date().toISOString() };
}

/**
 * The user's wish: it is not sent. A candidate stays on this device; a document is gone. Nothing happens to what was
 * delivered meanwhile.
 */
export async function removeFromOutbox(db: Database, id: number): Promise<void> {
  await storing(async () => {
    const tx = db.transaction(['candidates', 'outbox'], 'readwrite', { durability: 'strict' });
    const item = readRow(outboxSchema, await tx.objectStore('outbox').get(id), 'outbox');
    await tx.objectStore('outbox').delete(id);
    if (item?.kind === 'candidate') {
      const candidates = tx.objectStore('candidates');
      const row = readRow(candidateRowSchema, await candidates.get(item.candidate), 'candidates');
      if (row?.state === 'queued')
        await candidates.put({ ...row, state: 'kept', problem: null, problemCode: null });
    }
    await tx.done;
  });
  postChange('candidates');
  postChange('outbox');
}

/**
 * Delivers what is queued, until it is empty or all that is left has to wait. Only one tab does it at a time. What the
 * registry refuses for good is out of the queue, with its reason.
 *
 * Order is kept where it means something: candidates of one model (which comes later gets the higher number), samples of
 * one model, reports (the newest is a device's last word). What has to wait holds up those of its own kind only: a
 * candidate that the registry cannot take now must not keep it from hearing that a release is bad.
 * @returns how many were delivered
 * @throws HaversackError why the first that is left has to wait: `Offline`, `Unauthorized`, `Forbidden`, …; `Aborted`
 */
export async function deliver(
  db: Database,
  client: DeliveryClient,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<number> {
  throwIfAborted(signal);
  return storing(() =>
    withLock('outbox', signal, async () => {
      const stuck = new Set<string>();
      let delivered = 0;
      let first: Failure | null = null;
      for (const id of await db.getAllKeys('outbox')) {
        throwIfAborted(signal);
        const parcel = await open(db, id);
        if (!parcel || stuck.has(parcel.lane)) continue;
        const outcome = await deliverOne(db, client, parcel, signal);
        if (outcome === 'sent') delivered += 1;
        if (typeof outcome === 'string') continue;
        first ??= outcome;
        if (isForAll(outcome)) break;
        stuck.add(parcel.lane);
      }
      if (first) throw new HaversackError(first.code, first.detail);
      return delivered;
    }),
  );
}

type Parcel =
  | { readonly kind: 'candidate'; readonly id: number; readonly lane: string; readonly row: CandidateRow }
  | { readonly kind: 'document'; readonly id: number; readonly lane: string; readonly item: DocumentItem };

/** Null where there is nothing to send: refused, or thrown away or damaged meanwhile. */
async function open(db: Database, id: number): Promise<Parcel | null> {
  const item = readRow(outboxSchema, await db.get('outbox', id), 'outbox');
  if (item?.kind === 'document') {
    if (!isWaiting(item)) return null;
    return {
      kind: 'document',
      id,
      lane: item.to === 'reports' ? 'reports' : `samples of ${item.model}`,
      item,
    };
  }
  const row = item && readRow(candidateRowSchema, await db.get('candidates', item.candidate), 'candidates');
  if (row) return { kind: 'candidate', id, lane: `candidates of ${row.model}`, row };
  await db.delete('outbox', id);
  return null;
}

/** @returns why it has to wait, where it has to @throws HaversackError `Aborted` */
async function deliverOne(
  db: Database,
  client: DeliveryClient,
  parcel: Parcel,
  signal: AbortSignal | undefined,
): Promise<'sent' | 'refused' | Failure> {
  try {
    switch (parcel.kind) {
      case 'candidate': {
        const receipt = await sendCandidate(db, client, parcel.row, signal);
        await settle(db, parcel.id, parcel.row, { state: 'sent', receipt });
        break;
      }
      case 'document':
        await client.sendDocument(parcel.item.to, parcel.item.document, signal);
        await db.delete('outbox', parcel.id);
        postChange('outbox', parcel.item.model ?? undefined);
        break;
      default:
        assertNever(parcel);
    }
    return 'sent';
  } catch (refusal) {
    let thrown: unknown = refusal;
    try {
      const next = await restated(db, client, parcel, refusal, signal);
      if (next) return await deliverOne(db, client, next, signal);
    } catch (other) {
      thrown = other;
    }
    const failure = toFailure(thrown, 'StorageFailed');
    if (failure.code === 'Aborted') throw thrown;
    if (!isFinal(failure, thrown instanceof RegistryProblem)) {
      await postpone(db, parcel, failure);
      return failure;
    }
    await refuse(db, parcel, failure);
    return 'refused';
  }
}

/** What is sent in its place, where the name it was to found is that of a model of this very device. */
async function restated(
  db: Database,
  client: DeliveryClient,
  parcel: Parcel,
  refusal: unknown,
  signal: AbortSignal | undefined,
): Promise<Parcel | null> {
  if (parcel.kind !== 'candidate' || toFailure(refusal).code !== 'Conflict') return null;
  const row = await afterFounding(db, client, parcel.row, signal);
  return row && { ...parcel, row };
}

/** No other has a better chance: nobody answers, or nobody may send from here. */
function isForAll({ code }: Failure): boolean {
  return code === 'Offline' || code === 'Unauthorized';
}

/** What is the thing's own: pieces of it are not here any more, and nobody else has them. */
const ownFault: ReadonlySet<ErrorCode> = new Set(['NotInstalled', 'ChunkInvalid']);

/**
 * Refused for good, as opposed to: not now (408, 429), not yet (401, 403), pieces got lost (`ChunkMissing`). Only the
 * registry's own word counts: a portal or a proxy on the way answers too, and would throw away what somebody made.
 */
function isFinal({ code }: Failure, saysRegistry: boolean): boolean {
  if (!saysRegistry) return ownFault.has(code);
  const { status } = errorCatalogue[code];
  if (code === 'Aborted' || code === 'ChunkMissing') return false;
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}

async function refuse(db: Database, parcel: Parcel, { code, detail }: Failure): Promise<void> {
  if (parcel.kind === 'candidate') {
    await settle(db, parcel.id, parcel.row, { state: 'refused', problem: detail, problemCode: code });
    return;
  }
  await storing(async () => {
    const tx = db.transaction('outbox', 'readwrite', { durability: 'strict' });
    const item = readRow(outboxSchema, await tx.store.get(parcel.id), 'outbox');
    if (item) await tx.store.put({ ...item, refusedAs: code, lastError: detail } as DocumentItem);
    await tx.done;
  });
  postChange('outbox', parcel.item.model ?? undefined);
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

async function postpone(db: Database, parcel: Parcel, failure: Failure): Promise<void> {
  const reason =
    failure.code === 'Unauthorized' || failure.code === 'Forbidden'
      ? "waiting for an admin's approval"
      : failure.detail;
  const row = parcel.kind === 'candidate' ? parcel.row : null;
  await storing(async () => {
    const tx = db.transaction(['candidates', 'outbox'], 'readwrite');
    const outbox = tx.objectStore('outbox');
    const item = readRow(outboxSchema, await outbox.get(parcel.id), 'outbox');
    if (item) {
      await outbox.put({ ...item, attempts: item.attempts + 1, lastError: reason });
      if (row) await tx.objectStore('candidates').put({ ...row, problem: reason, problemCode: failure.code });
    }
    await tx.done;
  });
  // Not 'outbox': that would set every tab delivering again, at once and for ever.
  if (row && row.problem !== reason) postChange('candidates', row.model);
}
