// A device that the registry has let in, as its certificate says.
import type { DeviceCertificate } from '../../src/core/artifact/documents.ts';
import { signDocument, type Signer } from '../../src/core/artifact/signature.ts';
import type { Database } from '../../src/device/db.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { keepCertificate } from '../../src/device/peers.ts';

/** @param over what of it is otherwise */
export async function letIn(
  db: Database,
  registry: Signer,
  groups: string[],
  over: Partial<DeviceCertificate> = {},
): Promise<void> {
  const { keyId, publicKey } = await loadIdentity(db);
  const certificate: DeviceCertificate = {
    type: 'device',
    formatVersion: 1,
    device: keyId,
    publicKey,
    name: 'phone',
    role: 'device',
    groups,
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    ...over,
  };
  await keepCertificate(db, await signDocument(certificate, registry), [registry.publicKey]);
}
