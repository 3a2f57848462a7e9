// What a device founded, as version 1: as the registry would answer, and a pull leave it.
import type { Candidate } from '../../src/core/artifact/documents.ts';
import { signDocument } from '../../src/core/artifact/signature.ts';
import type { Database } from '../../src/device/db.ts';
import { loadIdentity } from '../../src/device/identity.ts';

export async function becomesVersion(db: Database, digest: string, candidate: Candidate) {
  const { type: _type, ...body } = candidate;
  const manifest = await signDocument(
    { ...body, type: 'manifest', version: 1, candidate: digest },
    await loadIdentity(db),
  );
  const at = new Date().toISOString();
  await db.put('installed', {
    model: body.model,
    version: 1,
    manifest,
    variantDocuments: [],
    variants: ['fp32'],
    trainable: false,
    installedAt: at,
    lastUsedAt: at,
    pinned: false,
  });
  await db.put('active', {
    model: body.model,
    version: 1,
    variant: 'fp32',
    previous: null,
    follows: true,
    candidate: null,
  });
}
