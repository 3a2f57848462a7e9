// New models that are made here: what runs of one before the registry has given it a number, and what its next candidate
// comes from.
import type { IDBPObjectStore, StoreNames } from 'idb';
import type { Candidate } from '../core/artifact/documents.ts';
import type { InputMeaning } from '../core/artifact/interface.ts';
import { envelopeDigest } from '../core/artifact/signature.ts';
import type { Database } from './db.ts';
import { candidateOf, documentsOf } from './needs.ts';
import { readRow, readRows } from './rows.ts';
import {
  activeSchema,
  type CandidateRow,
  candidateRowSchema,
  type HaversackDB,
  type Installed,
  installedSchema,
} from './schema.ts';
import { storing } from './storage-error.ts';

type ActiveStore = IDBPObjectStore<HaversackDB, ArrayLike<StoreNames<HaversackDB>>, 'active', 'readwrite'>;

/** Whether it is to be the first version of a model. */
export function isFounding(row: CandidateRow): boolean {
  return candidateOf(row).parent === null;
}

/**
 * What was made here, and its user wants, is in use from then on: there is no version that could be. One of that name that
 * is here stays in use. In the caller's transaction.
 * @returns whether something else runs now
 */
export async function runIfFounding(active: ActiveStore, row: CandidateRow): Promise<boolean> {
  if (row.from !== null || !isFounding(row)) return false;
  const now = readRow(activeSchema, await active.get(row.model), 'active');
  if (now && (now.version !== null || now.candidate === row.digest)) return false;
  const { variant } = candidateOf(row).authority;
  const { model, digest: candidate } = row;
  await active.put({ model, version: null, variant, previous: null, follows: true, candidate });
  return true;
}

/** The version that the next candidate of a model comes from. */
export interface NextParent {
  readonly ref: NonNullable<Candidate['parent']>;
  /** What its input means; null where nobody said, or it has several. */
  readonly takes: InputMeaning['kind'] | null;
}

/**
 * What the next candidate of a model that was founded here comes from: the version that runs. Null where it has none yet,
 * and where the model by that name is another's: then the next candidate founds one, too.
 */
export async function parentOfNext(db: Database, model: string): Promise<NextParent | null> {
  const [rawActive, rawCandidates, rawInstalled] = await storing(async () => {
    const tx = db.transaction(['active', 'candidates', 'installed']);
    return Promise.all([
      tx.objectStore('active').get(model),
      tx.objectStore('candidates').index('model').getAll(model),
      tx.objectStore('installed').index('model').getAll(model),
    ]);
  });
  const version = readRow(activeSchema, rawActive, 'active')?.version ?? null;
  const installed = readRows(installedSchema, rawInstalled, 'installed');
  const running = installed.find(row => row.version === version);
  const rows = readRows(candidateRowSchema, rawCandidates, 'candidates');
  if (!running || !rows.some(row => hasFounded(row, installed))) return null;
  const ref = { version: running.version, digest: await envelopeDigest(running.manifest) };
  const [only, ...others] = documentsOf(running).manifest.interface.inputs;
  return { ref, takes: others.length > 0 ? null : (only?.meaning?.kind ?? null) };
}

/** Whether the registry made a version of what was made here: it said so, or the version that is here does. */
function hasFounded(row: CandidateRow, installed: readonly Installed[]): boolean {
  if (row.from !== null || !isFounding(row)) return false;
  return (
    row.receipt !== null || installed.some(({ manifest }) => manifest.signed['candidate'] === row.digest)
  );
}
