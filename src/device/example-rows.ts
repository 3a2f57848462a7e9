// The rows of which an example consists, in a caller's transaction.
import type { IDBPObjectStore, StoreNames } from 'idb';
import type { HaversackDB } from './schema.ts';

/** The part of a transaction that is used, whatever else it is over. */
export interface ExampleTransaction<Name extends StoreNames<HaversackDB>> {
  objectStore<Each extends Name>(
    name: Each,
  ): IDBPObjectStore<HaversackDB, ArrayLike<StoreNames<HaversackDB>>, Each, 'readwrite'>;
}

/** The examples with their photos, thumbnails and embeddings. Those that are not there are none. */
export async function deleteExamples(
  tx: ExampleTransaction<'examples' | 'exampleFiles' | 'thumbnails' | 'embeddings'>,
  ids: readonly string[],
): Promise<void> {
  const embeddings = tx.objectStore('embeddings');
  for (const id of ids) {
    const keys = await embeddings.index('example').getAllKeys(id);
    await Promise.all([
      tx.objectStore('examples').delete(id),
      tx.objectStore('exampleFiles').delete(id),
      tx.objectStore('thumbnails').delete(id),
      ...keys.map(key => embeddings.delete(key)),
    ]);
  }
}
