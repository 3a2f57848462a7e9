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

export async function storageState(): Promise<StorageState> {
  const [{ usage, quota }, persisted] = await Promise.all([
    navigator.storage.estimate(),
    navigator.storage.persisted(),
  ]);
  return { usageBytes: usage ?? null, quotaBytes: quota ?? null, persisted };
}

/** Asks the browser not to clear this app's data; only Firefox asks the user in turn. The answer is kept in the settings. */
export async function requestPersistence(db: Database): Promise<boolean> {
  const persistent = (await navigator.storage.persisted()) || (await askToPersist());
  await changeSettings(db, { persistent });
  return persistent;
}

/** A worker may look but not ask. */
function askToPersist(): Promise<boolean> {
  const { persist } = navigator.storage as Partial<Pick<StorageManager, 'persisted'>> & {
    persist?: () => Promise<boolean>;
  };
  return persist ? persist.call(navigator.storage) : Promise.resolve(false);
}
