// A candidate signed anew, with other words about the same files: all on this device that named the one before names it.
import type { Candidate } from '../core/artifact/documents.ts';
import { envelopeDigest, type Signer, signDocument } from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { activeWithoutCandidate } from './library.ts';
import { candidateOf } from './needs.ts';
import { projectSchema, recordSchema } from './project-schemas.ts';
import { readRow, readRows } from './rows.ts';
import {
  activeSchema,
  type CandidateRow,
  candidateRowSchema,
  installedSchema,
  outboxSchema,
} from './schema.ts';
import { storing } from './storage-error.ts';

/** What may be said otherwise: of which model it is, from which version of it, and what goes with that. */
export type Restated = Pick<Candidate, 'model' | 'parent'> & Partial<Pick<Candidate, 'interface'>>;

const stores = ['candidates', 'outbox', 'active', 'installed', 'projects', 'records'] as const;

/**
 * In one transaction; its chunks stay where they are. What was refused is merely kept then.
 * @throws HaversackError `NotFound` where it is not here any more, `Forbidden` where another device signed it
 */
export async function resignCandidate(
  db: Database,
  signer: Signer,
  old: CandidateRow,
  restated: Restated,
): Promise<CandidateRow> {
  if (old.from !== null)
    throw new HaversackError('Forbidden', 'only the device that made it can sign it anew');
  const document = await signDocument({ ...candidateOf(old), ...restated }, signer);
  const digest = await envelopeDigest(document);
  const row = await storing(async () => {
    const tx = begin(db);
    const candidates = tx.objectStore('candidates');
    const now = readRow(candidateRowSchema, await candidates.get(old.digest), 'candidates');
    if (!now) {
      throw new HaversackError('NotFound', `candidate ${old.digest.slice(0, 12)} is not on this device`);
    }
    const next: CandidateRow = {
      ...now,
      digest,
      document,
      model: restated.model,
      state: now.state === 'refused' ? 'kept' : now.state,
      problem: null,
      problemCode: null,
    };
    await candidates.delete(old.digest);
    await candidates.put(next);
    await follow(tx, old, next);
    await tx.done;
    return next;
  });
  for (const model of new Set([old.model, row.model])) {
    postChange('candidates', model);
    postChange('active', model);
  }
  return row;
}

type Transaction = ReturnType<typeof begin>;
function begin(db: Database) {
  return db.transaction(stores, 'readwrite', { durability: 'strict' });
}

/** What waits to be sent, what runs, the project that made it, and the predictions that it made. */
async function follow(tx: Transaction, old: CandidateRow, next: CandidateRow): Promise<void> {
  const { digest: candidate, model } = next;
  const outbox = tx.objectStore('outbox');
  for (const raw of await outbox.index('candidate').getAll(old.digest)) {
    const item = readRow(outboxSchema, raw, 'outbox');
    if (item?.kind === 'candidate') await outbox.put({ ...item, candidate });
  }
  await followActive(tx, old, next);
  const projects = tx.objectStore('projects');
  for (const project of readRows(projectSchema, await projects.getAll(), 'projects')) {
    if (project.candidate === old.digest) await projects.put({ ...project, model, candidate });
  }
  const records = tx.objectStore('records');
  const made = readRows(recordSchema, await records.index('model').getAll(old.model), 'records');
  for (const record of made) {
    if (record.candidate === old.digest) await records.put({ ...record, model, candidate });
  }
}

/** Under another name it runs as a new model, and what it ran in the place of runs again. */
async function followActive(tx: Transaction, old: CandidateRow, next: CandidateRow): Promise<void> {
  const active = tx.objectStore('active');
  const now = readRow(activeSchema, await active.get(old.model), 'active');
  if (now?.candidate !== old.digest) return;
  const candidate = next.digest;
  if (next.model === old.model) {
    await active.put({ ...now, candidate });
    return;
  }
  const installed = await tx.objectStore('installed').index('model').getAll(old.model);
  const back = activeWithoutCandidate(now, readRows(installedSchema, installed, 'installed'));
  if (back) await active.put(back);
  else await active.delete(old.model);
  if ((await active.getKey(next.model)) !== undefined) return;
  const { variant } = candidateOf(next).authority;
  await active.put({
    model: next.model,
    version: null,
    variant,
    previous: null,
    follows: true,
    candidate,
  });
}
