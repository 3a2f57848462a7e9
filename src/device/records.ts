// Predictions that somebody kept, with what they said of them. Written once, corrected later, exported (export-records.ts).
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { postChange } from './changes.ts';
import { ownBuffer } from './chunk-store.ts';
import type { Database } from './db.ts';
import { withRoom } from './evict.ts';
import { type RecordRow, recordSchema } from './project-schemas.ts';
import { readRow, readRows } from './rows.ts';
import { storing } from './storage-error.ts';

export interface NewRecord extends Pick<
  RecordRow,
  'model' | 'version' | 'candidate' | 'answer' | 'truth' | 'place'
> {
  /** JPEG, as `preparePhoto` makes it: without what a camera wrote into it. */
  readonly photo: Bytes | null;
  /** Absent: now. */
  readonly at?: Date;
}

/** What is asked for; what is absent is not asked for. */
export interface RecordFilter {
  readonly model?: string;
  /** From then on, and before then. */
  readonly since?: Date;
  readonly until?: Date;
  /** What it is: as it was corrected, else as it was answered. */
  readonly label?: string;
  /** Whether somebody said that it is something else than was answered. */
  readonly corrected?: boolean;
  /** Whether the answer was "not sure". */
  readonly notSure?: boolean;
}

/** @throws HaversackError `QuotaExceeded`, `StorageFailed`; `InputInvalid` for a place that is none */
export async function keepRecord(db: Database, { photo, at = new Date(), ...given }: NewRecord) {
  const parsed = recordSchema.safeParse({
    ...given,
    id: crypto.randomUUID(),
    at: at.toISOString(),
    photo: photo && { bytes: photo.length },
  });
  if (!parsed.success) throw new HaversackError('InputInvalid', parsed.error.message);
  const record = parsed.data;
  await withRoom(
    db,
    () => Promise.resolve(photo?.length ?? 0),
    () => putWhole(db, { record, photo: photo && ownBuffer(photo) }),
    {},
  );
  postChange('records', record.model);
  return record;
}

async function putWhole(db: Database, { record, photo }: RemovedRecord): Promise<void> {
  await storing(async () => {
    const tx = db.transaction(['records', 'recordPhotos'], 'readwrite', { durability: 'strict' });
    await tx.objectStore('records').put(record);
    if (photo) await tx.objectStore('recordPhotos').put({ id: record.id, bytes: photo });
    await tx.done;
  });
}

/** Newest first. */
export async function listRecords(db: Database, filter: RecordFilter = {}): Promise<RecordRow[]> {
  const { model } = filter;
  const raws = await storing(() =>
    model === undefined ? db.getAll('records') : db.getAllFromIndex('records', 'model', model),
  );
  return readRows(recordSchema, raws, 'records')
    .filter(record => fits(record, filter))
    .sort((a, b) => b.at.localeCompare(a.at) || a.id.localeCompare(b.id));
}

function fits(record: RecordRow, { since, until, label, corrected, notSure }: RecordFilter): boolean {
  const at = Date.parse(record.at);
  if (since && at < since.getTime()) return false;
  if (until && at >= until.getTime()) return false;
  if (label !== undefined && labelOf(record) !== label) return false;
  if (corrected !== undefined && isCorrected(record) !== corrected) return false;
  return notSure === undefined || (record.answer.label === null) === notSure;
}

/** What it is, as far as is known; null: nobody knows. */
export function labelOf({ truth, answer }: Pick<RecordRow, 'truth' | 'answer'>): string | null {
  return truth ?? answer.label;
}

/** Somebody said what it is, and it is not what was answered. */
export function isCorrected({ truth, answer }: Pick<RecordRow, 'truth' | 'answer'>): boolean {
  return truth !== null && truth !== answer.label;
}

/**
 * @param truth what it is; null takes back what was said
 * @returns what was said before
 * @throws HaversackError `NotFound`
 */
export async function correctRecord(db: Database, id: string, truth: string | null): Promise<string | null> {
  const before = await storing(async () => {
    const tx = db.transaction('records', 'readwrite', { durability: 'strict' });
    const row = readRow(recordSchema, await tx.store.get(id), 'records');
    if (!row) throw new HaversackError('NotFound', `record ${id.slice(0, 8)} is not on this device`);
    await tx.store.put({ ...row, truth });
    await tx.done;
    return row;
  });
  postChange('records', before.model);
  return before.truth;
}

/** A record that was removed, to be put back. */
export interface RemovedRecord {
  readonly record: RecordRow;
  readonly photo: ArrayBuffer | null;
}

/** The answer puts it back. Null where there was none. */
export async function removeRecord(db: Database, id: string): Promise<RemovedRecord | null> {
  const removed = await storing(async () => {
    const tx = db.transaction(['records', 'recordPhotos'], 'readwrite', { durability: 'strict' });
    const [raw, photo] = await Promise.all([
      tx.objectStore('records').get(id),
      tx.objectStore('recordPhotos').get(id),
    ]);
    await tx.objectStore('records').delete(id);
    await tx.objectStore('recordPhotos').delete(id);
    await tx.done;
    const record = readRow(recordSchema, raw, 'records');
    return record && { record, photo: photo?.bytes ?? null };
  });
  postChange('records', removed?.record.model);
  return removed;
}

/** @throws HaversackError `QuotaExceeded` */
export async function restoreRecord(db: Database, removed: RemovedRecord): Promise<void> {
  await putWhole(db, removed);
  postChange('records', removed.record.model);
}

/** Null where it has none. */
export async function readRecordPhoto(db: Database, id: string): Promise<Blob | null> {
  const row = await storing(() => db.get('recordPhotos', id));
  return row ? new Blob([row.bytes], { type: 'image/jpeg' }) : null;
}
