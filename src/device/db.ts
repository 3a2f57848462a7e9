// Opens the device's database. Other files of this room get it handed in; nobody else opens IndexedDB.
import { type IDBPDatabase, openDB, unwrap, wrap } from 'idb';
import { HaversackError } from '../core/errors.ts';
import { migrations } from './migrations.ts';
import { databaseName, databaseVersion, type HaversackDB } from './schema.ts';
import { storing } from './storage-error.ts';

export type Database = IDBPDatabase<HaversackDB>;

/** How long an upgrade waits for other tabs to let go of the old version. */
const defaultBlockedTimeoutMs = 10_000;

export interface OpenOptions {
  readonly name?: string;
  readonly blockedTimeoutMs?: number;
  /**
   * The connection is gone: a newer build of the app changes the database (`newer`: reload to get that build), or the
   * browser ended it (`terminated`: open again).
   */
  readonly onLost?: (why: 'newer' | 'terminated') => void;
}

/** @throws HaversackError `StorageFailed`, `QuotaExceeded` */
export function openHaversackDB({
  name = databaseName,
  blockedTimeoutMs = defaultBlockedTimeoutMs,
  onLost,
}: OpenOptions = {}): Promise<Database> {
  return storing(
    () =>
      new Promise<Database>((resolve, reject) => {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const opening = openDB<HaversackDB>(name, databaseVersion, {
          upgrade(db, oldVersion, newVersion, tx) {
            for (const migrate of migrations.slice(oldVersion, newVersion ?? undefined)) migrate(db, tx);
          },
          blocked() {
            timer = setTimeout(() => {
              reject(new HaversackError('StorageFailed', 'another tab holds the old database open'));
              // Opened after all, too late for anyone to use it: must not block the next upgrade in turn.
              opening.then(db => db.close()).catch(() => undefined);
            }, blockedTimeoutMs);
          },
          blocking(_current, _blocked, event) {
            // Must close at once: the tab with the newer build waits for it.
            (event.target as IDBDatabase).close();
            onLost?.('newer');
          },
          terminated: () => onLost?.('terminated'),
        });
        opening
          .then(db => resolve(heedingDone(db)), reject)
          .finally(() => {
            clearTimeout(timer);
          });
      }),
  );
}

/**
 * A request that fails aborts its transaction; what then rejects first is the request, which is awaited, and the
 * transaction's own `done` is left for nobody. Whoever does await it hears of it all the same.
 */
function heedingDone(db: Database): Database {
  const raw = unwrap(db);
  raw.transaction = (...given) => {
    const tx = IDBDatabase.prototype.transaction.apply(raw, given);
    wrap(tx).done.catch(() => undefined);
    return tx;
  };
  return db;
}
