// What takes how much of the store, by the documents alone: no chunk is read.
import type { ChunkRef } from '../core/artifact/chunks.ts';
import type { Database } from './db.ts';
import { chunksOfInstalled, chunksOfWork } from './needs.ts';
import { readRows } from './rows.ts';
import { installedSchema } from './schema.ts';
import type { ShownUsage } from './shown-usage.ts';
import { storing } from './storage-error.ts';

export interface VersionUsage {
  readonly model: string;
  readonly version: number;
  /** What goes when it is removed. */
  readonly ownBytes: number;
  /** What it has in common with other versions, or with what was made here. */
  readonly sharedBytes: number;
}

export interface StoreUsage {
  readonly versions: readonly VersionUsage[];
  /** Bytes by model: of all its versions, what they share counted once. */
  readonly models: ReadonlyMap<string, number>;
  /** Of what was made here and is not sent, beyond what versions have. */
  readonly workBytes: number;
  readonly shown: ShownUsage;
}

/** @throws HaversackError `StorageFailed` */
export async function storeUsage(db: Database): Promise<StoreUsage> {
  const [installed, candidates] = await storing(async () => {
    const tx = db.transaction(['installed', 'candidates']);
    return Promise.all([tx.objectStore('installed').getAll(), tx.objectStore('candidates').getAll()]);
  });
  const rows = readRows(installedSchema, installed, 'installed');
  const ofVersions = rows.map(chunksOfInstalled);
  const ofWork = candidates.map(raw => chunksOfWork(raw) ?? []);
  const owners = countOwners([...ofVersions, ...ofWork]);
  const versions = rows.map(({ model, version }, i) => ({
    model,
    version,
    ...parted(ofVersions[i]!, owners),
  }));
  const models = new Map<string, number>();
  for (const { model } of rows) {
    if (models.has(model)) continue;
    models.set(model, bytesOfAll(ofVersions.filter((_refs, i) => rows[i]!.model === model)));
  }
  const workBytes = bytesOfAll([...ofVersions, ...ofWork]) - bytesOfAll(ofVersions);
  const { shownUsage } = await import('./shown-usage.ts');
  return { versions, models, workBytes, shown: await shownUsage(db) };
}

/** How many of the lists have it, by digest. */
function countOwners(lists: readonly (readonly ChunkRef[])[]): ReadonlyMap<string, number> {
  const owners = new Map<string, number>();
  for (const { digest } of lists.flat()) owners.set(digest, (owners.get(digest) ?? 0) + 1);
  return owners;
}

function parted(
  refs: readonly ChunkRef[],
  owners: ReadonlyMap<string, number>,
): Pick<VersionUsage, 'ownBytes' | 'sharedBytes'> {
  const own = refs.filter(({ digest }) => owners.get(digest) === 1);
  const ownBytes = sumBytes(own);
  return { ownBytes, sharedBytes: sumBytes(refs) - ownBytes };
}

/** Each chunk once. */
function bytesOfAll(lists: readonly (readonly ChunkRef[])[]): number {
  return sumBytes(new Map(lists.flat().map(ref => [ref.digest, ref])).values());
}

export function sumBytes(refs: Iterable<ChunkRef>): number {
  let bytes = 0;
  for (const ref of refs) bytes += ref.bytes;
  return bytes;
}
