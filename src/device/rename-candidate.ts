// A candidate that becomes a model of its own: under another name than the one that was taken, or where its labels are not
// its parent's any more.
import type { Digest } from '../core/artifact/digest.ts';
import { modelNameSchema } from '../core/artifact/names.ts';
import type { Signer } from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';
import { z } from '../core/zod.ts';
import { readCandidate } from './candidates.ts';
import type { Database } from './db.ts';
import { enqueue } from './outbox.ts';
import { resignCandidate } from './resign.ts';

/**
 * Founds `name` with it, and puts it into the queue.
 * @returns digest of the candidate that it is now
 * @throws HaversackError `InputInvalid` where that is no name, `Conflict` where it is a model's here already, `NotFound`,
 *   `Forbidden` (another device's)
 */
export async function foundAs(db: Database, signer: Signer, digest: Digest, name: string): Promise<Digest> {
  const model = modelNameSchema.safeParse(name);
  if (!model.success) throw new HaversackError('InputInvalid', z.prettifyError(model.error));
  const row = await readCandidate(db, digest);
  if (await isTakenHere(db, model.data)) {
    throw new HaversackError('Conflict', `${model.data} is the name of another model on this device`);
  }
  const renamed = await resignCandidate(db, signer, row, { model: model.data, parent: null });
  await enqueue(db, renamed.digest);
  return renamed.digest;
}

/** By a version, or by what runs; what the registry has besides is the registry's to say. */
async function isTakenHere(db: Database, model: string): Promise<boolean> {
  const [active, installed] = await Promise.all([
    db.getKey('active', model),
    db.getKeyFromIndex('installed', 'model', model),
  ]);
  return active !== undefined || installed !== undefined;
}
