// A model whose first version was made on this device, as a project leaves it: a candidate without a parent, not yet decided on.
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes, Digest } from '../../src/core/artifact/digest.ts';
import type { Candidate } from '../../src/core/artifact/documents.ts';
import { saveCandidate } from '../../src/device/candidates.ts';
import type { Database } from '../../src/device/db.ts';
import type { Identity } from '../../src/device/identity.ts';
import { fileOf, manifestOf } from './documents-made.ts';

/** Equal seeds give equal chunks. @param more chunks of what `change` names */
export async function foundModel(
  db: Database,
  identity: Identity,
  model: string,
  seed = 10,
  change: Partial<Candidate> = {},
  more: ReadonlyMap<string, Bytes> = new Map(),
): Promise<Digest> {
  const { file, tensors } = fileOf([1, 2, seed]);
  const { ref, chunks: own } = await chunkFile(file, tensors);
  const chunks = new Map([...own, ...more]);
  const artifacts = { dataset: null, recorded: null, topology: null };
  const { version: _version, candidate: _candidate, ...body } = manifestOf(model, 1, ref, artifacts);
  const candidate: Candidate = { ...body, type: 'candidate', device: identity.keyId, ...change };
  return saveCandidate(db, identity, { candidate, chunks, comparison: null });
}
