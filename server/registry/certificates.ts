// What the registry says of a device, signed, for where the registry cannot be asked.
import { type DeviceCertificate, deviceCertificateSchema } from '../../src/core/artifact/documents.ts';
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import { rightsOf } from '../../src/core/artifact/rights.ts';
import type { Role } from '../../src/core/artifact/role.ts';
import { type Envelope, signDocument } from '../../src/core/artifact/signature.ts';
import { dayMs } from '../../src/core/durations.ts';
import { grantsOfDevice } from '../gateway/standing.ts';
import type { Registry } from './context.ts';

/**
 * How long it is believed without a warning: as long as a device may be out without a network. A revoked one's is good until
 * then wherever nobody can ask.
 */
const validMs = 30 * dayMs;

/** The highest role all of whose rights it has: where grants stand in the role's place, it is believed no more for that role. */
function roleBy(device: DeviceInfo): Role {
  const rights = rightsOf(grantsOfDevice(device));
  if (rights.everywhere('admin')) return 'admin';
  return rights.everywhere('write') ? 'trainer' : 'device';
}

/** Null for a device that is not approved. */
export async function issueCertificate(
  { identity, now }: Pick<Registry, 'identity' | 'now'>,
  device: DeviceInfo,
): Promise<Envelope | null> {
  if (device.status !== 'approved' || device.role === null) return null;
  const issuedAt = now();
  const certificate: DeviceCertificate = deviceCertificateSchema.parse({
    type: 'device',
    formatVersion: 1,
    device: device.id,
    publicKey: device.publicKey,
    name: device.name,
    role: roleBy(device),
    groups: device.groups,
    issuedAt: issuedAt.toISOString(),
    expiresAt: new Date(issuedAt.getTime() + validMs).toISOString(),
  });
  return signDocument(certificate, identity.signer);
}
