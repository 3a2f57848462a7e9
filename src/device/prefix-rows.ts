// Rows in IndexedDB, for what is more than memory is given for: a database for each run, deleted when the run ends, and by
// the next one where a tab died. Apart from the device's own database: nothing in here is worth keeping.
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb';
import { HaversackError } from '../core/errors.ts';
import { type OpenRowStore, rowLayout, type RowStore } from '../core/train/row-store.ts';
import { storageEstimate } from './storage.ts';
import { storing } from './storage-error.ts';

interface RowsDB extends DBSchema {
  /** By its number: a row's values one behind the other, float32. */
  rows: { key: number; value: ArrayBuffer };
}

const prefix = 'haversack-rows-';
/** So much of the room that is left is not taken: the results are still to be stored. */
const shareOfRoom = 0.5;

/** @throws HaversackError `QuotaExceeded` where the browser has no room for so many, `StorageFailed` */
export const openPrefixRows: OpenRowStore = async (specs, rows) => {
  const layout = rowLayout(specs);
  await deleteStaleRows();
  await assertRoom(rows * layout.width * Float32Array.BYTES_PER_ELEMENT);
  const name = prefix + crypto.randomUUID();
  const letGo = await hold(name);
  try {
    const db = await storing(() =>
      openDB<RowsDB>(name, 1, { upgrade: opened => void opened.createObjectStore('rows') }),
    );
    return rowsIn(db, layout, async () => {
      db.close();
      await deleteDB(name);
      letGo();
    });
  } catch (thrown) {
    letGo();
    throw thrown;
  }
};

function rowsIn(
  db: IDBPDatabase<RowsDB>,
  { width, pack, unpack }: ReturnType<typeof rowLayout>,
  dispose: () => Promise<void>,
): RowStore {
  let filled = 0;
  return {
    put: (added, count) =>
      storing(async () => {
        // Lost with the tab anyway.
        const tx = db.transaction('rows', 'readwrite', { durability: 'relaxed' });
        const puts = Array.from({ length: count }, (_, i) =>
          tx.store.put(pack(added, i, 1).buffer, filled + i),
        );
        filled += count;
        await Promise.all([...puts, tx.done]);
      }),
    take: order =>
      storing(async () => {
        const tx = db.transaction('rows');
        const buffers = await Promise.all(Array.from(order, row => tx.store.get(row)));
        const packed = new Float32Array(order.length * width);
        buffers.forEach((buffer, i) => {
          if (!buffer) throw new HaversackError('StorageFailed', `row ${order[i]!} is gone`);
          packed.set(new Float32Array(buffer), i * width);
        });
        return unpack(packed);
      }),
    dispose,
  };
}

/** Deletes what runs left that did not come to their end. Those of other tabs are held by a lock, and stay. */
export async function deleteStaleRows(): Promise<void> {
  const { held = [] } = await navigator.locks.query();
  const alive = new Set(held.map(({ name }) => name));
  const names = (await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith(prefix) ? [name] : []));
  await Promise.all(names.filter(name => !alive.has(name)).map(name => deleteDB(name)));
}

/** Held until what it answers is called, or until the tab dies. */
function hold(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = new Promise<void>(letGo => {
      navigator.locks.request(name, () => (resolve(letGo), held)).catch(reject);
    });
  });
}

/** @throws HaversackError `QuotaExceeded` */
async function assertRoom(bytes: number): Promise<void> {
  const { quota = Infinity, usage = 0 } = await storageEstimate();
  const room = (quota - usage) * shareOfRoom;
  if (bytes <= room) return;
  throw new HaversackError('QuotaExceeded', `${bytes} bytes are wanted, ${Math.floor(room)} can be had`);
}
