// Lets go of chunks that nothing needs any more.
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { pullLock, withLock } from './locks.ts';
import { chunksOfInstalled, chunksOfWork } from './needs.ts';
import { readRow } from './rows.ts';
import { downloadSchema } from './schema.ts';
import { storing } from './storage-error.ts';

/**
 * Removes every chunk that no installed version, unsent candidate or download needs. One transaction over all the stores:
 * a pull or a training that commits at the same time comes wholly before or wholly after.
 * @returns how many chunks were removed
 */
export async function collectGarbage(db: Database): Promise<number> {
  return storing(async () => {
    const stores = ['chunks', 'installed', 'active', 'candidates', 'downloads'] as const;
    const tx = db.transaction(stores, 'readwrite');
    const [installed, active, candidates, downloads] = await Promise.all([
      tx.objectStore('installed').getAll(),
      tx.objectStore('active').getAll(),
      tx.objectStore('candidates').getAll(),
      tx.objectStore('downloads').getAll(),
    ]);
    const needed = new Set([
      ...installed.flatMap(chunksOfInstalled).map(ref => ref.digest),
      ...downloads.flatMap(raw => readRow(downloadSchema, raw, 'downloads')?.digests ?? []),
    ]);
    const work = candidates.map(raw => chunksOfWork(raw, active));
    // Rather keep all than lose what a damaged candidate needs.
    if (work.includes(null)) return 0;
    for (const refs of work) for (const { digest } of refs ?? []) needed.add(digest);
    const chunks = tx.objectStore('chunks');
    const garbage = (await chunks.getAllKeys()).filter(digest => !needed.has(digest));
    for (const digest of garbage) await chunks.delete(digest);
    await tx.done;
    return garbage.length;
  });
}

/**
 * Gives up a download, and what came of it that nothing else needs. One that runs is waited for: abort it first.
 */
export async function dropDownload(db: Database, key: string): Promise<void> {
  const model = await storing(() =>
    withLock(pullLock(key), undefined, async () => {
      const row = readRow(downloadSchema, await db.get('downloads', key), 'downloads');
      await db.delete('downloads', key);
      await collectGarbage(db);
      return row?.model;
    }),
  );
  postChange('downloads', model);
}
