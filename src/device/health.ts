// Reads and hashes all that is on this device. What does not hash is thrown away, so that a pull brings back those pieces
// and no others.
import type { ChunkRef } from '../core/artifact/chunks.ts';
import { sha256 } from '../core/artifact/digest.ts';
import { throwIfAborted } from '../client/backoff.ts';
import { postChange } from './changes.ts';
import { listRuns, readCheckpoint } from './checkpoints.ts';
import { chunksOf } from './chunk-store.ts';
import type { Database } from './db.ts';
import { candidateOf, chunksOfInstalled, chunksOfWork, filesToRun } from './needs.ts';
import { addNotice } from './notices.ts';
import { type RowStoreName, rowSchemas } from './row-schemas.ts';
import { type CandidateRow, candidateRowSchema, type Notice } from './schema.ts';
import { readRow } from './rows.ts';
import { storing } from './storage-error.ts';
import { sumBytes } from './usage.ts';

/** Chunks read and hashed at a time: 8 MiB of memory at most. */
const window = 8;

export interface HealthProgress {
  readonly checkedChunks: number;
  readonly totalChunks: number;
}

export interface DamagedVersion {
  readonly model: string;
  readonly version: number;
  /** Of the pieces that are to be fetched again. */
  readonly bytes: number;
}

export interface Health {
  readonly chunks: number;
  readonly bytes: number;
  /** Chunks that did not hash, and are gone now. */
  readonly damagedChunks: number;
  /** Versions that lack pieces, or whose row cannot be read: a pull mends them. */
  readonly versions: readonly DamagedVersion[];
  /** Digests of candidates, not sent, that lack pieces: nobody else has those. */
  readonly work: readonly string[];
  /** Unfinished runs of which no state is whole. */
  readonly runs: readonly string[];
  /** Rows that cannot be read, by store. */
  readonly rows: Readonly<Partial<Record<RowStoreName, number>>>;
}

/** Whether nothing at all was found. */
export function isClean({ damagedChunks, versions, work, runs, rows }: Health): boolean {
  return damagedChunks + versions.length + work.length + runs.length + Object.keys(rows).length === 0;
}

export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: HealthProgress) => void) | undefined;
}

/**
 * Checks everything, and leaves a notice of each version and candidate that lacks something.
 * @throws HaversackError `Aborted`, `StorageFailed`
 */
export async function checkStorage(db: Database, options: CheckOptions = {}): Promise<Health> {
  const { chunks, bytes, damaged } = await checkChunks(db, options);
  const rows = await checkRows(db);
  const lacking = await lackingPieces(db);
  const runs: string[] = [];
  for (const run of await listRuns(db)) {
    throwIfAborted(options.signal);
    if ((await readCheckpoint(db, run)) === null) runs.push(run.id);
  }
  await tell(db, lacking.notices);
  return {
    chunks,
    bytes,
    damagedChunks: damaged,
    versions: lacking.versions,
    work: lacking.work,
    runs,
    rows,
  };
}

/**
 * The same for the chunks of one version: called where one of them was found damaged.
 * @returns what it lacks; null where it is whole, or not here
 */
export async function checkVersion(
  db: Database,
  model: string,
  version: number,
): Promise<DamagedVersion | null> {
  const refs = chunksOfInstalled(await storing(() => db.get('installed', [model, version])));
  await checkSome(
    db,
    refs.map(ref => ref.digest),
    {},
  );
  const lacking = await lackingPieces(db);
  const found = lacking.versions.find(each => each.model === model && each.version === version) ?? null;
  if (found) await tell(db, [{ kind: 'damaged', ...found }]);
  return found;
}

async function checkChunks(db: Database, options: CheckOptions) {
  return checkSome(db, await storing(() => db.getAllKeys('chunks')), options);
}

async function checkSome(db: Database, digests: readonly string[], { signal, onProgress }: CheckOptions) {
  let bytes = 0;
  let damaged = 0;
  const report = (checkedChunks: number) => onProgress?.({ checkedChunks, totalChunks: digests.length });
  report(0);
  for (let start = 0; start < digests.length; start += window) {
    throwIfAborted(signal);
    const some = digests.slice(start, start + window);
    const sizes = await Promise.all(some.map(digest => soundBytes(db, digest)));
    const bad = some.filter((_digest, i) => sizes[i] === null);
    for (const digest of bad) await storing(() => db.delete('chunks', digest));
    damaged += bad.length;
    bytes += sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    report(start + some.length);
  }
  return { chunks: digests.length, bytes, damaged };
}

/** 0 where it went meanwhile; null where it is not what it is named by. */
async function soundBytes(db: Database, digest: string): Promise<number | null> {
  const row: unknown = await storing(() => db.get('chunks', digest));
  if (row === undefined) return 0;
  const { bytes } = row as { bytes?: unknown };
  if (!(bytes instanceof ArrayBuffer)) return null;
  return (await sha256(new Uint8Array(bytes))) === digest ? bytes.byteLength : null;
}

async function checkRows(db: Database): Promise<Partial<Record<RowStoreName, number>>> {
  const found: Partial<Record<RowStoreName, number>> = {};
  for (const [store, schema] of Object.entries(rowSchemas) as [
    RowStoreName,
    (typeof rowSchemas)[RowStoreName],
  ][]) {
    const raws: readonly unknown[] = await storing(() => db.getAll(store));
    const bad = raws.filter(raw => !schema.safeParse(raw).success).length;
    if (bad > 0) found[store] = bad;
  }
  return found;
}

interface Lacking {
  readonly versions: DamagedVersion[];
  readonly work: string[];
  readonly notices: Omit<Notice, 'id' | 'at'>[];
}

/** In one transaction, so that a pull or an eviction at the same time is not mistaken for damage. */
async function lackingPieces(db: Database): Promise<Lacking> {
  return storing(async () => {
    const tx = db.transaction(['installed', 'candidates', 'chunks']);
    const [keys, installed, installedKeys, candidates] = await Promise.all([
      tx.objectStore('chunks').getAllKeys(),
      tx.objectStore('installed').getAll(),
      tx.objectStore('installed').getAllKeys(),
      tx.objectStore('candidates').getAll(),
    ]);
    const here = new Set(keys);
    const absent = (refs: readonly ChunkRef[]) => sumBytes(refs.filter(ref => !here.has(ref.digest)));
    const versions = installedKeys.flatMap(([model, version], i) => {
      const refs = chunksOfInstalled(installed[i]);
      const bytes = absent(refs);
      return bytes > 0 || refs.length === 0 ? [{ model, version, bytes }] : [];
    });
    const lost = candidates.flatMap(raw => {
      const row = readRow(candidateRowSchema, raw, 'candidates');
      const bytes = row ? absent(neededOf(row)) : 0;
      return row && bytes > 0 ? [{ row, bytes }] : [];
    });
    return {
      versions,
      work: lost.map(({ row }) => row.digest),
      notices: [
        ...versions.map(each => ({ kind: 'damaged' as const, ...each })),
        ...lost.map(({ row: { model }, bytes }) => ({
          kind: 'work-damaged' as const,
          model,
          version: null,
          bytes,
        })),
      ],
    };
  });
}

/** What another device made is here to run: what it was trained from may be elsewhere (`keepCarried`). */
function neededOf(row: CandidateRow): ChunkRef[] {
  const refs = chunksOfWork(row) ?? [];
  if (row.from === null || refs.length === 0) return refs;
  return chunksOf(filesToRun(candidateOf(row)));
}

async function tell(db: Database, notices: Lacking['notices']): Promise<void> {
  if (notices.length === 0) return;
  await storing(async () => {
    const tx = db.transaction('notices', 'readwrite');
    for (const notice of notices) await addNotice(tx.store, notice);
    await tx.done;
  });
  postChange('notices');
}
