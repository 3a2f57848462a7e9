// A candidate that runs before the registry has given it a number: in the place of the version it was made from, or, where it
// founds a model, in no version's place.
import type { Digest } from '../core/artifact/digest.ts';
import type { Candidate } from '../core/artifact/documents.ts';
import { keepCandidate, readCandidate, requireParent } from './candidates.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { collectGarbage } from './garbage.ts';
import { activeWithoutCandidate, keptVariant, previousOf } from './library.ts';
import { candidateOf } from './needs.ts';
import { readRow, readRows } from './rows.ts';
import { type Active, activeSchema, installedSchema, type Installed } from './schema.ts';
import { storing } from './storage-error.ts';

/**
 * Runs a candidate until another version takes its place. Judged or not, it is kept.
 * @throws HaversackError `NotFound`, `NotInstalled` where what it was made from is not here
 */
export async function runCandidate(db: Database, digest: Digest): Promise<Active> {
  const candidate = candidateOf(await readCandidate(db, digest));
  const parent = candidate.parent && (await requireParent(db, candidate));
  await keepCandidate(db, digest);
  const row = await storing(async () => {
    const tx = db.transaction('active', 'readwrite', { durability: 'strict' });
    const now = readRow(activeSchema, await tx.store.get(candidate.model), 'active');
    const next = nextActive(candidate, digest, parent, now);
    await tx.store.put(next);
    await tx.done;
    return next;
  });
  postChange('active', candidate.model);
  return row;
}

/** @param parent null: it founds a model */
function nextActive(
  { model, authority }: Candidate,
  candidate: Digest,
  parent: Installed | null,
  now: Active | null,
): Active {
  const follows = now?.follows ?? true;
  if (!parent) {
    const previous = previousOf(now, null);
    return { model, version: null, variant: authority.variant, previous, follows, candidate };
  }
  const { version } = parent;
  // Not the candidate's own, which has one: what comes after it is of this kind again.
  const variant = keptVariant(parent, now)!;
  return { model, version, variant, previous: previousOf(now, version), follows, candidate };
}

/** Back to the version it was made from; of one that founds a model, to a version of that name, where one is here. */
export async function stopCandidate(db: Database, model: string): Promise<void> {
  await storing(async () => {
    const tx = db.transaction(['active', 'installed'], 'readwrite', { durability: 'strict' });
    const active = tx.objectStore('active');
    const now = readRow(activeSchema, await active.get(model), 'active');
    const installed = await tx.objectStore('installed').index('model').getAll(model);
    const next = now && activeWithoutCandidate(now, readRows(installedSchema, installed, 'installed'));
    if (next) await active.put(next);
    else await active.delete(model);
    await tx.done;
  });
  await collectGarbage(db);
  postChange('active', model);
}
