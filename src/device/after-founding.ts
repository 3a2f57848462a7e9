// What this device founded twice: of two candidates that were to be the first version of one model, the later becomes a candidate
// of the version that the earlier has become.
import type { Digest } from '../core/artifact/digest.ts';
import { envelopeDigest } from '../core/artifact/signature.ts';
import { toFailure } from '../core/errors.ts';
import type { RegistryClient } from '../client/registry.ts';
import type { Database } from './db.ts';
import { isFounding } from './founding.ts';
import { loadIdentity } from './identity.ts';
import { resignCandidate } from './resign.ts';
import { readRows } from './rows.ts';
import { type CandidateRow, candidateRowSchema } from './schema.ts';
import { storing } from './storage-error.ts';

/**
 * Called where the registry has a model by that name.
 * @returns it, signed anew; null where that model is not this device's, or it founds none
 * @throws HaversackError as `RegistryClient.version`
 */
export async function afterFounding(
  db: Database,
  client: Pick<RegistryClient, 'version'>,
  row: CandidateRow,
  signal: AbortSignal | undefined,
): Promise<CandidateRow | null> {
  if (row.from !== null || !isFounding(row)) return null;
  const receipt = await newestReceipt(db, row.model);
  if (!receipt) return null;
  const { version, digest } = receipt;
  // A receipt of a registry that this device belonged to before says nothing of this one.
  if ((await digestOf(client, row.model, version, signal)) !== digest) return null;
  return resignCandidate(db, await loadIdentity(db), row, { model: row.model, parent: { version, digest } });
}

/** Null where there is no such version. */
async function digestOf(
  client: Pick<RegistryClient, 'version'>,
  model: string,
  version: number,
  signal: AbortSignal | undefined,
): Promise<Digest | null> {
  try {
    return await envelopeDigest((await client.version(model, version, signal)).manifest);
  } catch (thrown) {
    if (toFailure(thrown).code === 'NotFound') return null;
    throw thrown;
  }
}

async function newestReceipt(db: Database, model: string): Promise<CandidateRow['receipt']> {
  const raws = await storing(() => db.getAllFromIndex('candidates', 'model', model));
  const receipts = readRows(candidateRowSchema, raws, 'candidates').flatMap(({ from, receipt }) =>
    from === null && receipt ? [receipt] : [],
  );
  return receipts.sort((a, b) => b.version - a.version)[0] ?? null;
}
