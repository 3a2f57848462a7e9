// What this device founded twice: of two candidates that were to be the first version of one model, the later becomes a candidate
// of the version that the earlier has become.
import { type Manifest, manifestSchema } from '../core/artifact/documents.ts';
import { interfaceAfter } from '../core/artifact/face.ts';
import type { Receipt } from '../core/artifact/registry-api.ts';
import { envelopeDigest, readDocument } from '../core/artifact/signature.ts';
import { toFailure } from '../core/errors.ts';
import type { RegistryClient } from '../client/registry.ts';
import type { Database } from './db.ts';
import { isFounding } from './founding.ts';
import { loadIdentity } from './identity.ts';
import { candidateOf } from './needs.ts';
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
  const manifest = await manifestOf(client, row.model, receipt, signal);
  if (!manifest) return null;
  const { version, digest } = receipt;
  return resignCandidate(db, await loadIdentity(db), row, {
    model: row.model,
    parent: { version, digest },
    interface: interfaceAfter(manifest.interface, candidateOf(row).interface),
  });
}

/** Null where the registry has no such version: a receipt of one that this device belonged to before says nothing of this one. */
async function manifestOf(
  client: Pick<RegistryClient, 'version'>,
  model: string,
  { version, digest }: Receipt,
  signal: AbortSignal | undefined,
): Promise<Manifest | null> {
  try {
    const { manifest } = await client.version(model, version, signal);
    return (await envelopeDigest(manifest)) === digest ? readDocument(manifest, manifestSchema) : null;
  } catch (thrown) {
    if (toFailure(thrown).code === 'NotFound') return null;
    throw thrown;
  }
}

async function newestReceipt(db: Database, model: string): Promise<Receipt | null> {
  const raws = await storing(() => db.getAllFromIndex('candidates', 'model', model));
  const receipts = readRows(candidateRowSchema, raws, 'candidates').flatMap(({ from, receipt }) =>
    from === null && receipt ? [receipt] : [],
  );
  return receipts.sort((a, b) => b.version - a.version)[0] ?? null;
}
