// Versions that are tried before they run: which one is under way, and which did not answer as it was recorded.
import type { Digest } from '../core/artifact/digest.ts';
import type { Database } from './db.ts';
import { postChange } from './changes.ts';
import { readRow, readRows } from './rows.ts';
import { type Trial, trialSchema } from './schema.ts';
import { storing } from './storage-error.ts';

/** A page that died so often while it tried a version did not die of something else. */
const maxDeaths = 3;

export interface TrialOf {
  /** Of the manifest. */
  readonly digest: Digest;
  readonly model: string;
  readonly version: number;
  /** Of the alias document that asks for it. */
  readonly revision: number;
}

/**
 * Notes that it begins, so that a page that does not survive it leaves a trace.
 * @returns why it must not be tried: it failed at this revision, or no page outlived it; null where it may be
 */
export async function beginTrial(db: Database, of: TrialOf): Promise<string | null> {
  return storing(async () => {
    const tx = db.transaction('trials', 'readwrite', { durability: 'strict' });
    const known = readRow(trialSchema, await tx.store.get(of.digest), 'trials');
    const before = known && known.revision >= of.revision ? known : null;
    const verdict = before && verdictOf(before);
    if (verdict === null) {
      const begun = (before?.begun ?? 0) + 1;
      await tx.store.put({ ...of, state: 'running', begun, problem: null, at: new Date().toISOString() });
    }
    await tx.done;
    return verdict;
  });
}

function verdictOf({ state, begun, problem }: Trial): string | null {
  if (state === 'failed') return problem ?? 'it did not answer as it was recorded';
  return begun >= maxDeaths ? `the page ended ${begun} times while it was tried` : null;
}

/** It passed, or could not be tried for a reason that is none of its own. */
export async function endTrial(db: Database, digest: Digest): Promise<void> {
  await storing(() => db.delete('trials', digest));
}

/** @returns whether this is news */
export async function failTrial(db: Database, of: TrialOf, problem: string): Promise<boolean> {
  const isNews = await storing(async () => {
    const tx = db.transaction('trials', 'readwrite', { durability: 'strict' });
    const known = readRow(trialSchema, await tx.store.get(of.digest), 'trials');
    const isKnown = known?.state === 'failed' && known.revision >= of.revision;
    if (!isKnown) {
      const at = new Date().toISOString();
      await tx.store.put({ ...of, state: 'failed', begun: known?.begun ?? 1, problem, at });
    }
    await tx.done;
    return !isKnown;
  });
  if (isNews) postChange('trials', of.model);
  return isNews;
}

/** Newest first. */
export async function listFailedTrials(db: Database): Promise<Trial[]> {
  const rows = readRows(trialSchema, await storing(() => db.getAll('trials')), 'trials');
  return rows.filter(row => row.state === 'failed').sort((a, b) => b.at.localeCompare(a.at));
}
