// Lets go of chunks that nothing needs any more.
import { postChange } from './changes.ts';
import { chunksOf } from './chunk-store.ts';
import type { Database } from './db.ts';
import { pullLock, withLock } from './locks.ts';
import { candidateOf, filesOfCandidate, filesOfInstalled } from './needs.ts';
import { readRow } from './rows.ts';
import { candidateRowSchema, downloadSchema, installedSchema } from './schema.ts';
import { storing } from './storage-error.ts';

/**
 * Removes every chunk that no installed version, unsent candidate or download needs. One transaction over all the stores:
 * a pull or a training that commits at the same time comes wholly before or wholly after.
 * @returns how many chunks were removed
 */
export async function collectGarbage(db: Database): Promise<number> {
  return storing(async () => {
    const tx = db.transaction(['chunks', 'installed', 'candidates', 'downloads'], 'readwrite');
    const [installed, candidates, downloads] = await Promise.all([
      tx.objectStore('installed').getAll(),
      tx.objectStore('candidates').getAll(),
      tx.objectStore('downloads').getAll(),
    ]);
    const needed = new Set([
      ...installed.flatMap(neededByInstalled),
      ...downloads.flatMap(raw => readRow(downloadSchema, raw, 'downloads')?.digests ?? []),
    ]);
    const work = candidates.map(neededByCandidate);
    // What a damaged candidate needs is not known, and it is the user's own work: rather keep all than lose that.
    if (work.includes(null)) return 0;
    for (const digest of work.flatMap(digests => digests ?? [])) needed.add(digest);
    const chunks = tx.objectStore('chunks');
    const garbage = (await chunks.getAllKeys()).filter(digest => !needed.has(digest));
    await Promise.all(garbage.map(digest => chunks.delete(digest)));
    await tx.done;
    return garbage.length;
  });
}

function neededByInstalled(raw: unknown): string[] {
  const row = readRow(installedSchema, raw, 'installed');
  if (!row) return [];
  try {
    return chunksOf(filesOfInstalled(row)).map(chunk => chunk.digest);
  } catch {
    // Counts as absent, like any damaged row: it is fetched again.
    return [];
  }
}

/** Null where it cannot be read. A sent one is the registry's to keep. */
function neededByCandidate(raw: unknown): string[] | null {
  const row = readRow(candidateRowSchema, raw, 'candidates');
  if (!row) return null;
  if (row.state === 'sent') return [];
  try {
    return chunksOf(filesOfCandidate(candidateOf(row))).map(chunk => chunk.digest);
  } catch {
    return null;
  }
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
