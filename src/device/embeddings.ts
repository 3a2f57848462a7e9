// Embeddings of examples, by what made them: computed once. They go with their example, and can be made again.
import type { Digest } from '../core/artifact/digest.ts';
import type { Database } from './db.ts';
import { storing } from './storage-error.ts';

/** Rows read in one transaction: 2 MiB of an embedding of 1280 numbers. */
const window = 400;

/**
 * Of those that are here, by example. What does not have the width is left out: it is made anew.
 * @param width numbers of an embedding
 */
export async function readEmbeddings(
  db: Database,
  embedder: Digest,
  width: number,
  examples: readonly string[],
): Promise<Map<string, Float32Array<ArrayBuffer>>> {
  const found = new Map<string, Float32Array<ArrayBuffer>>();
  for (let start = 0; start < examples.length; start += window) {
    const some = examples.slice(start, start + window);
    const rows = await storing(() => {
      const { store } = db.transaction('embeddings');
      return Promise.all(some.map(example => store.get([embedder, example])));
    });
    for (const row of rows) {
      if (row?.values.byteLength !== width * Float32Array.BYTES_PER_ELEMENT) continue;
      found.set(row.example, new Float32Array(row.values));
    }
  }
  return found;
}

/**
 * Keeps the embedding of an example that is still here; of one that went, nothing.
 * @throws HaversackError `QuotaExceeded`, `StorageFailed`
 */
export async function keepEmbedding(
  db: Database,
  embedder: Digest,
  example: string,
  values: Float32Array,
): Promise<void> {
  await storing(async () => {
    const tx = db.transaction(['examples', 'embeddings'], 'readwrite', { durability: 'relaxed' });
    if ((await tx.objectStore('examples').getKey(example)) !== undefined) {
      // A copy: what is given may be a view into a batch.
      const { buffer } = Float32Array.from(values);
      await tx.objectStore('embeddings').put({ embedder, example, values: buffer });
    }
    await tx.done;
  });
}
