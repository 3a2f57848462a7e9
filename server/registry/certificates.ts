// What the registry says of a device, signed, for where the registry cannot be asked.
import { type DeviceCertificate, deviceCertificateSchema } from '../../src/core/artifact/documents.ts';
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import { type Rights, rightsOf } from '../../src/core/artifact/rights.ts';
import type { Role } from '../../src/core/artifact/role.ts';
import { roleGrants } from '../../src/core/artifact/role-grants.ts';
import { type Envelope, signDocument } from '../../src/core/artifact/signature.ts';
import { dayMs } from '../../src/core/durations.ts';
import { grantsOfDevice } from '../gateway/standing.ts';
import type { Registry } from './context.ts';

/**
 * How long it is believed without a warning: as long as a device may be out without a network. A revoked one's is good until
 * then wherever nobody can ask.
 */
const validMs = 30 * dayMs;
const trainerRights = roleGrants.trainer.flatMap(({ rights }) => rights);

/**
 * The highest role all of whose rights it has, where grants stand in the role's place. `device` is the least that a certificate
 * can say, also of who may less: what that lets others believe, samples, is held to `reads`.
 */
function roleBy(rights: Rights): Role {
  if (rights.everywhere('admin')) return 'admin';
  return trainerRights.every(right => rights.everywhere(right)) ? 'trainer' : 'device';
}

/** None for who may read all models, those to come too. */
function readsBy(rights: Rights): Pick<DeviceCertificate, 'reads'> {
  return rights.everywhere('read') ? {} : { reads: rights.named('read') };
}

/** Null for a device that is not approved. */
export async function issueCertificate(
  { identity, now }: Pick<Registry, 'identity' | 'now'>,
  device: DeviceInfo,
): Promise<Envelope | null> {
  if (device.status !== 'approved' || device.role === null) return null;
  const issuedAt = now();
  const rights = rightsOf(grantsOfDevice(device));
  const certificate: DeviceCertificate = deviceCertificateSchema.parse({
    type: 'device',
    formatVersion: 1,
    device: device.id,
    publicKey: device.publicKey,
    name: device.name,
    role: roleBy(rights),
    groups: device.groups,
    ...readsBy(rights),
    issuedAt: issuedAt.toISOString(),
    expiresAt: new Date(issuedAt.getTime() + validMs).toISOString(),
  });
  return signDocument(certificate, identity.signer);
}
