// A device's certificate: the registry's word on who it is, opened where the registry cannot be asked.
import { HaversackError } from '../errors.ts';
import { type DeviceCertificate, deviceCertificateSchema } from './documents.ts';
import { type Envelope, keyIdOf, openDocument } from './signature.ts';

export interface OpenedCertificate {
  readonly certificate: DeviceCertificate;
  /** Past its time: the device was not heard of by the registry for long, or was revoked since. Taken with a warning. */
  readonly expired: boolean;
}

/**
 * Checks that the registry signed it, and that it is of the key it names.
 * @param publicKeys the registry's: those that its root document believes
 * @throws HaversackError `SignatureInvalid`, `DocumentInvalid`
 */
export async function openCertificate(
  envelope: Envelope,
  publicKeys: readonly string[],
  now: Date = new Date(),
): Promise<OpenedCertificate> {
  const certificate = await openDocument(envelope, deviceCertificateSchema, publicKeys);
  const keyId = await keyIdOf(certificate.publicKey);
  if (keyId !== certificate.device) {
    throw new HaversackError(
      'SignatureInvalid',
      `the certificate of ${certificate.device.slice(0, 12)} holds the key of ${keyId.slice(0, 12)}`,
    );
  }
  return { certificate, expired: Date.parse(certificate.expiresAt) < now.getTime() };
}
