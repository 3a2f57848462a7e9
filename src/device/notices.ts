// What the store did by itself, or found damaged, until the user has read it. Written in the transaction that did it.
import type { IDBPObjectStore, StoreNames } from 'idb';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { readRows } from './rows.ts';
import { type HaversackDB, type Notice, noticeSchema } from './schema.ts';
import { storing } from './storage-error.ts';

/** The oldest go when there are more: nobody reads a hundred. */
const keptNotices = 50;

type NoticeStore = IDBPObjectStore<HaversackDB, ArrayLike<StoreNames<HaversackDB>>, 'notices', 'readwrite'>;
type NewNotice = Omit<Notice, 'id' | 'at'>;

/** Of the caller's transaction. The same said again is kept once, with the newer time. */
export async function addNotice(store: NoticeStore, notice: NewNotice): Promise<void> {
  const rows = await readAll(store);
  const same = rows.filter(
    row => row.kind === notice.kind && row.model === notice.model && row.version === notice.version,
  );
  const tooMany = rows.slice(0, Math.max(0, rows.length + 1 - keptNotices));
  for (const { id } of new Set([...same, ...tooMany])) if (id !== undefined) await store.delete(id);
  await store.add({ ...notice, at: new Date().toISOString() });
}

/** A version is whole again: said where it was said to be damaged. @returns whether it was */
export async function noteMended(store: NoticeStore, model: string, version: number): Promise<boolean> {
  const damaged = (await readAll(store)).find(
    row => row.kind === 'damaged' && row.model === model && row.version === version,
  );
  if (damaged?.id === undefined) return false;
  await store.delete(damaged.id);
  await addNotice(store, { kind: 'mended', model, version, bytes: damaged.bytes });
  return true;
}

async function readAll(store: NoticeStore): Promise<Notice[]> {
  return readRows(noticeSchema, await store.getAll(), 'notices');
}

/** Newest first. */
export async function listNotices(db: Database): Promise<Notice[]> {
  const rows = readRows(noticeSchema, await storing(() => db.getAll('notices')), 'notices');
  return rows.sort((a, b) => (b.id ?? 0) - (a.id ?? 0));
}

/** The user has read them: those up to `id`, so that what came meanwhile stays. */
export async function dismissNotices(db: Database, id: number): Promise<void> {
  await storing(() => db.delete('notices', IDBKeyRange.upperBound(id)));
  postChange('notices');
}
