// Whether the browser threw this app's database away: what it leaves in local storage says that there was one (Chromium
// evicts the one and not the other; where both go, nobody can tell).
import { signal } from '@preact/signals';
import type { Database } from '../../device/db.ts';
import { t } from '../i18n/store.ts';
import { toast } from '../parts/toast.tsx';

const storedKey = 'haversack:stored';
const lostKey = 'haversack:storage-lost';
/** The browser closes it again sooner than this: opening it once more would not help. */
const reloadAgainMs = 10_000;

/** Whether what was stored is gone; until the user has read it. */
export const storageCleared = signal(false);

/** Call before anything is written: a database without a key of the device's has just been made. */
export async function noteStore(db: Database): Promise<void> {
  const isNew = (await db.count('identity')) === 0;
  storageCleared.value = isNew && read(localStorage, storedKey) !== null;
  write(localStorage, storedKey, 'yes');
  if (read(sessionStorage, lostKey) !== null && !storageCleared.value) toast(t('reopened'));
}

/** The browser closed the database while the app ran. @returns whether to open it anew; not again and again */
export function mayReopen(now = Date.now()): boolean {
  const last = Number(read(sessionStorage, lostKey) ?? 0);
  write(sessionStorage, lostKey, String(now));
  return now - last > reloadAgainMs;
}

function read(storage: Storage, key: string): string | null {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}

function write(storage: Storage, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch {
    // Without it a loss goes unsaid, and nothing else is lost.
  }
}
