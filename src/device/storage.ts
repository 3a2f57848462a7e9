// How much room this app has and uses, and whether the browser may clear it.
import type { Database } from './db.ts';
import { changeSettings } from './settings.ts';

export interface StorageState {
  /** Of everything of this origin: database, caches. Null where the browser does not say. */
  readonly usageBytes: number | null;
  readonly quotaBytes: number | null;
  /** Whether the browser promised not to clear it by itself. */
  readonly persisted: boolean;
}

/** What there may be of `StorageManager`: WebKitGTK (2.50) has none, and a worker may look but not ask. */
type GivenStorage =
  (Pick<StorageManager, 'estimate' | 'persisted'> & { persist?(): Promise<boolean> }) | undefined;

function givenStorage(): GivenStorage {
  return (navigator as { readonly storage?: GivenStorage }).storage;
}

/** What this origin has and may have, in bytes; empty where the browser does not say. */
export async function storageEstimate(): Promise<StorageEstimate> {
  return (await givenStorage()?.estimate()) ?? {};
}

async function isPersisted(): Promise<boolean> {
  return (await givenStorage()?.persisted()) ?? false;
}

export async function storageState(): Promise<StorageState> {
  const [{ usage, quota }, persisted] = await Promise.all([storageEstimate(), isPersisted()]);
  return { usageBytes: usage ?? null, quotaBytes: quota ?? null, persisted };
}

/** Asks the browser not to clear this app's data; only Firefox asks the user in turn. The answer is kept in the settings. */
export async function requestPersistence(db: Database): Promise<boolean> {
  const persistent = (await isPersisted()) || ((await givenStorage()?.persist?.()) ?? false);
  await changeSettings(db, { persistent });
  return persistent;
}
