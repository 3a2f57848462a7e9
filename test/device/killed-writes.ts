// IndexedDB as a tab has it that is killed at one of its writes: what was not committed is undone, and nothing more happens.
import type { Database } from '../../src/device/db.ts';

const writes = ['put', 'add', 'delete', 'clear'] as const;

export interface Killing {
  /** Whether it came to that write. */
  readonly killed: () => boolean;
  /** Gives the browser's own functions back. */
  readonly end: () => void;
}

/**
 * Kills whoever uses this database at its write number `nth` (from 1): its open transactions are aborted, and it can begin
 * none. Other databases are not touched. `end` comes before the next test.
 */
export function killAtWrite(db: Database, nth: number): Killing {
  const { name } = db;
  const stores = IDBObjectStore.prototype;
  const databases = IDBDatabase.prototype;
  const original = {
    transaction: Reflect.get<IDBDatabase, 'transaction'>(databases, 'transaction'),
    ...(Object.fromEntries(writes.map(write => [write, Reflect.get(stores, write)])) as Record<
      (typeof writes)[number],
      (...given: unknown[]) => IDBRequest
    >),
  };
  const open = new Set<IDBTransaction>();
  let written = 0;
  let killed = false;
  databases.transaction = function (this: IDBDatabase, ...given: Parameters<IDBDatabase['transaction']>) {
    if (this.name !== name) return original.transaction.apply(this, given);
    if (killed) throw death();
    const tx = original.transaction.apply(this, given);
    open.add(tx);
    for (const end of ['complete', 'abort']) tx.addEventListener(end, () => open.delete(tx));
    return tx;
  };
  for (const write of writes) {
    stores[write] = function (this: IDBObjectStore, ...given: unknown[]) {
      if (this.transaction.db.name !== name) return original[write].apply(this, given);
      written += 1;
      if (!killed && written === nth) {
        killed = true;
        for (const tx of open) abortQuietly(tx);
      }
      if (killed) throw death();
      return original[write].apply(this, given);
    } as never;
  }
  return {
    killed: () => killed,
    end: () => {
      databases.transaction = original.transaction;
      for (const write of writes) stores[write] = original[write] as never;
    },
  };
}

function abortQuietly(tx: IDBTransaction): void {
  try {
    tx.abort();
  } catch {
    // It has committed already: so has a killed tab's.
  }
}

function death(): DOMException {
  return new DOMException('the tab is dead', 'InvalidStateError');
}
