// How much room there is, how much is used, and whether the browser promised to keep it.
import { computed, signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import { requestPersistence, type StorageState, storageState } from '../../device/storage.ts';
import { type StoreUsage, storeUsage } from '../../device/usage.ts';
import { errorToast } from './error-toast.ts';
import { need } from './services.ts';

/** Null until it was asked, and where the browser does not tell. */
export const storage = signal<StorageState | null>(null);

/** Less than this, and no promise to keep it: what a private window has. */
const smallQuotaBytes = 2 ** 30;
export const smallRoom = computed(() => {
  const { persisted = false, quotaBytes = null } = storage.value ?? {};
  return !persisted && quotaBytes !== null && quotaBytes < smallQuotaBytes;
});

/** What takes how much of it; null until it was asked. */
export const usage = signal<StoreUsage | null>(null);

export async function loadUsage(): Promise<void> {
  try {
    usage.value = await storeUsage(need().db);
  } catch (thrown) {
    console.warn('haversack: what is stored could not be counted.', thrown);
  }
}

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
