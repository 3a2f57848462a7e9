// How much room there is, how much is used, and whether the browser promised to keep it.
import { signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import { requestPersistence, type StorageState, storageState } from '../../device/storage.ts';
import { errorToast } from './error-toast.ts';
import { need } from './services.ts';

/** Null until it was asked, and where the browser does not tell. */
export const storage = signal<StorageState | null>(null);

export async function loadStorage(): Promise<void> {
  try {
    storage.value = await storageState();
  } catch (thrown) {
    console.warn('haversack: the browser does not say how much room there is.', thrown);
  }
}

/** Answers whether the browser promised. */
export async function askToKeep(): Promise<boolean> {
  try {
    const kept = await requestPersistence(need().db);
    await loadStorage();
    return kept;
  } catch (thrown) {
    errorToast(toFailure(thrown));
    return false;
  }
}
