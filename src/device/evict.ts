// Makes room: versions that nobody used for longest go first. Never one in use, never a pinned one, never what was made or
// shown here and has not been delivered, nor what embeds it.
import type { ChunkRef } from '../core/artifact/chunks.ts';
import { HaversackError, toFailure } from '../core/errors.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { candidateOf, chunksOfInstalled, chunksOfWork } from './needs.ts';
import { addNotice } from './notices.ts';
import { readRow, readRows } from './rows.ts';
import {
  activeSchema,
  candidateRowSchema,
  downloadSchema,
  type Installed,
  installedSchema,
  runSchema,
} from './schema.ts';
import { storageEstimate } from './storage.ts';
import { storing } from './storage-error.ts';
import { versionKey } from './version-key.ts';

/** Filled beyond this share of what the browser gives, room is made before more is stored. */
const fillShare = 0.9;

export interface Evicted {
  readonly model: string;
  readonly version: number;
  /** What its going freed. */
  readonly bytes: number;
}

/** What is needed for the very thing that room is made for. */
export interface Spared {
  /** Keys of versions (`versionKey`). */
  readonly versions?: readonly string[];
  /** Digests: those that are here stay. */
  readonly chunks?: readonly string[];
}

/** A version that may go, and the chunks it keeps. */
interface Evictable {
  readonly row: Installed;
  readonly refs: readonly ChunkRef[];
}

/**
 * Frees `wantedBytes` or more, in one transaction; where that many cannot be freed nothing goes, for it would go in vain.
 * @param spared what stays besides
 * @returns what went, the longest unused first
 */
export async function evict(
  db: Database,
  wantedBytes: number,
  { versions = [], chunks = [] }: Spared = {},
): Promise<Evicted[]> {
  const { embedderKeys } = await import('./shown-usage.ts');
  const gone = await storing(async () => {
    const stores = [
      ...(['installed', 'active', 'runs', 'candidates', 'downloads', 'projects'] as const),
      ...(['chunks', 'choices', 'notices'] as const),
    ];
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const [installed, active, runs, candidates, downloads, projects] = await Promise.all([
      tx.objectStore('installed').getAll(),
      tx.objectStore('active').getAll(),
      tx.objectStore('runs').getAll(),
      tx.objectStore('candidates').getAll(),
      tx.objectStore('downloads').getAll(),
      tx.objectStore('projects').getAll(),
    ]);
    const work = candidates.map(raw => chunksOfWork(raw, active));
    // What a damaged candidate needs is not known.
    if (work.includes(null)) return [];
    const busy = new Set([
      ...versions,
      ...readRows(activeSchema, active, 'active').flatMap(({ model, version, previous }) =>
        [version, previous].flatMap(used => (used === null ? [] : [versionKey(model, used)])),
      ),
      ...readRows(runSchema, runs, 'runs').map(({ request }) => versionKey(request.model, request.version)),
      ...readRows(downloadSchema, downloads, 'downloads').map(({ key }) => key),
      ...candidates.flatMap(parentOfWork),
      ...embedderKeys(projects),
    ]);
    const rows = readRows(installedSchema, installed, 'installed');
    const mayGo = (row: Installed) => !row.pinned && !busy.has(versionKey(row.model, row.version));
    const kept = new Set([
      ...chunks,
      ...rows.filter(row => !mayGo(row)).flatMap(row => chunksOfInstalled(row).map(ref => ref.digest)),
      ...work.flatMap(refs => (refs ?? []).map(ref => ref.digest)),
      ...readRows(downloadSchema, downloads, 'downloads').flatMap(({ digests }) => digests),
    ]);
    const evictable = rows.filter(mayGo).map(row => ({ row, refs: chunksOfInstalled(row) }));
    const going = chooseEvicted(evictable, kept, wantedBytes);
    for (const { model, version, bytes, digests } of going) {
      await tx.objectStore('installed').delete([model, version]);
      await tx.objectStore('choices').delete(versionKey(model, version));
      for (const digest of digests) await tx.objectStore('chunks').delete(digest);
      await addNotice(tx.objectStore('notices'), { kind: 'evicted', model, version, bytes });
    }
    await tx.done;
    return going.map(({ model, version, bytes }) => ({ model, version, bytes }));
  });
  for (const model of new Set(gone.map(each => each.model))) postChange('installed', model);
  if (gone.length > 0) postChange('notices');
  return gone;
}

/** The version that an undelivered candidate is compared with. */
function parentOfWork(raw: unknown): string[] {
  const row = readRow(candidateRowSchema, raw, 'candidates');
  if (!row || row.state === 'sent') return [];
  const { parent } = candidateOf(row);
  return parent ? [versionKey(row.model, parent.version)] : [];
}

type Going = Evicted & { readonly digests: readonly string[] };

/** @param kept digests that others need */
function chooseEvicted(
  evictable: readonly Evictable[],
  kept: ReadonlySet<string>,
  wantedBytes: number,
): Going[] {
  const byUse = evictable.toSorted((a, b) => a.row.lastUsedAt.localeCompare(b.row.lastUsedAt));
  let going: Evictable[] = [];
  for (const each of byUse) {
    if (freedBy(going, evictable, kept) >= wantedBytes) break;
    going.push(each);
  }
  if (going.length === 0 || freedBy(going, evictable, kept) < wantedBytes) return [];
  // Those that turned out not to be needed stay, the one used last first.
  for (const each of going.toReversed()) {
    const others = going.filter(other => other !== each);
    if (others.length > 0 && freedBy(others, evictable, kept) >= wantedBytes) going = others;
  }
  return accountFor(going, evictable, kept);
}

function freedBy(
  going: readonly Evictable[],
  evictable: readonly Evictable[],
  kept: ReadonlySet<string>,
): number {
  return accountFor(going, evictable, kept).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What each frees when they go in this order: what several share goes with the last of them. */
function accountFor(
  going: readonly Evictable[],
  evictable: readonly Evictable[],
  kept: ReadonlySet<string>,
): Going[] {
  const owners = new Map<string, number>();
  for (const { refs } of evictable) {
    for (const { digest } of refs) owners.set(digest, (owners.get(digest) ?? 0) + 1);
  }
  return going.map(({ row: { model, version }, refs }) => {
    const freed: ChunkRef[] = [];
    for (const ref of refs) {
      const left = owners.get(ref.digest)! - 1;
      owners.set(ref.digest, left);
      if (left === 0 && !kept.has(ref.digest)) freed.push(ref);
    }
    const bytes = freed.reduce((sum, ref) => sum + ref.bytes, 0);
    return { model, version, bytes, digests: freed.map(ref => ref.digest) };
  });
}

/**
 * Runs `work`, which stores `bytesLeft()` more bytes and goes on where it stopped: room is made before it where it would
 * be short, and once more where the browser refuses all the same.
 * @throws HaversackError `QuotaExceeded` with what is wanted; what `work` throws
 */
export async function withRoom<T>(
  db: Database,
  bytesLeft: () => Promise<number>,
  work: () => Promise<T>,
  spared: Spared,
): Promise<T> {
  const short = await shortage(await bytesLeft());
  if (short > 0) await evict(db, short, spared);
  try {
    return await work();
  } catch (thrown) {
    if (toFailure(thrown).code !== 'QuotaExceeded') throw thrown;
    const wanted = await bytesLeft();
    const gone = await evict(db, wanted, spared);
    if (gone.length === 0) throw noRoom(wanted, thrown);
    return work();
  }
}

/** Bytes by which `more` would go beyond the share; 0 where the browser does not say what it gives. */
async function shortage(more: number): Promise<number> {
  const { quota, usage } = await storageEstimate();
  if (quota === undefined || usage === undefined || more === 0) return 0;
  return Math.max(0, Math.ceil(usage + more - quota * fillShare));
}

function noRoom(wanted: number, cause: unknown): HaversackError {
  const detail = `${wanted} bytes more are wanted, and no unused version frees that many`;
  return new HaversackError('QuotaExceeded', detail, { cause });
}
