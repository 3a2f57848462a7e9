// What training runs leave of themselves, so that one that was cut short can go on. Knows bytes and digests, not what the
// bytes mean.
import { type Bytes, sha256 } from '../core/artifact/digest.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { readRow, readRows } from './rows.ts';
import { type RunRow, runSchema } from './schema.ts';
import { storing } from './storage-error.ts';

/** What stays the same over a run. */
export type RunHead = Omit<RunRow, 'slots' | 'newest'>;

export interface LeftState {
  readonly step: number;
  readonly epoch: number;
  readonly bytes: Bytes;
}

/** Far below any browser's limit on a value, and few enough. */
const partBytes = 8 * 2 ** 20;

/**
 * Replaces the older of the run's two states. All or nothing: one transaction.
 * @throws HaversackError `QuotaExceeded`, `StorageFailed`; what was there before is then untouched
 */
export async function saveCheckpoint(db: Database, run: RunHead, state: LeftState): Promise<void> {
  const { bytes, step, epoch } = state;
  const left = { digest: await sha256(bytes), bytes: bytes.length, step, epoch, savedAt: now() };
  await storing(async () => {
    const tx = db.transaction(['runs', 'checkpoints'], 'readwrite');
    // A failed request aborts the transaction, whose own promise nobody has taken yet.
    tx.done.catch(() => undefined);
    const runs = tx.objectStore('runs');
    const before = readRow(runSchema, await runs.get(run.id), 'runs');
    const slot = before ? other(before.newest) : 0;
    const parts = tx.objectStore('checkpoints');
    await parts.delete(partsOf(run.id, slot));
    for (const [part, piece] of cut(bytes)) await parts.put({ run: run.id, slot, part, bytes: piece });
    const first = slot === 0 || !before ? left : before.slots[0];
    const second = slot === 1 ? left : (before?.slots[1] ?? null);
    await runs.put({
      ...run,
      startedAt: before?.startedAt ?? run.startedAt,
      slots: [first, second],
      newest: slot,
    });
    await tx.done;
  });
  postChange('runs', run.request.model);
}

/** The newer of the two states that is whole: bytes that do not hash are none. Null where neither is. */
export async function readCheckpoint(db: Database, run: RunRow): Promise<Bytes | null> {
  for (const slot of [run.newest, other(run.newest)] as const) {
    const left = run.slots[slot];
    if (!left) continue;
    const bytes = await readSlot(db, run.id, slot);
    if ((await sha256(bytes)) === left.digest) return bytes;
    console.warn(`haversack: a state of the run ${run.id.slice(0, 12)} is damaged and left out`);
  }
  return null;
}

export async function readRun(db: Database, id: string): Promise<RunRow | null> {
  return readRow(runSchema, await storing(() => db.get('runs', id)), 'runs');
}

/** The one that went on last first. */
export async function listRuns(db: Database, model?: string): Promise<RunRow[]> {
  const rows = await storing(() =>
    model === undefined ? db.getAll('runs') : db.getAllFromIndex('runs', 'model', model),
  );
  return readRows(runSchema, rows, 'runs').sort((a, b) =>
    newestOf(b).savedAt.localeCompare(newestOf(a).savedAt),
  );
}

export function newestOf({ slots, newest }: RunRow): RunRow['slots'][0] {
  return slots[newest] ?? slots[0];
}

/** What its states take of the store. */
export function bytesOf({ slots }: RunRow): number {
  return slots.reduce((sum, slot) => sum + (slot?.bytes ?? 0), 0);
}

/** Nothing happens where there is none. */
export async function discardRun(db: Database, id: string): Promise<void> {
  const model = await storing(async () => {
    const tx = db.transaction(['runs', 'checkpoints'], 'readwrite');
    const runs = tx.objectStore('runs');
    const raw = await runs.get(id);
    await runs.delete(id);
    await tx.objectStore('checkpoints').delete(IDBKeyRange.bound([id], [id, []]));
    await tx.done;
    return raw?.request.model;
  });
  if (model !== undefined) postChange('runs', model);
}

async function readSlot(db: Database, run: string, slot: number): Promise<Bytes> {
  const parts = await storing(() => db.getAll('checkpoints', partsOf(run, slot)));
  const whole = new Uint8Array(parts.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
  let at = 0;
  for (const { bytes } of parts) {
    whole.set(new Uint8Array(bytes), at);
    at += bytes.byteLength;
  }
  return whole;
}

/** An array is greater than every number (Indexed Database API 3.0, "compare two keys"). */
function partsOf(run: string, slot: number): IDBKeyRange {
  return IDBKeyRange.bound([run, slot], [run, slot, []]);
}

function* cut(bytes: Bytes): Generator<[number, ArrayBuffer]> {
  for (let from = 0; from < bytes.length; from += partBytes) {
    yield [from / partBytes, bytes.slice(from, from + partBytes).buffer];
  }
}

function other(slot: 0 | 1): 0 | 1 {
  return slot === 0 ? 1 : 0;
}

function now(): string {
  return new Date().toISOString();
}
