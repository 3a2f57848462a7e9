// Other devices, and this one, as the registry vouches for them where it cannot be asked: their certificates.
import { openCertificate, type OpenedCertificate } from '../core/artifact/certificate.ts';
import { type DeviceCertificate, deviceCertificateSchema } from '../core/artifact/documents.ts';
import { type Envelope, readDocument } from '../core/artifact/signature.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { readRow, readRows } from './rows.ts';
import { type PeerRow, peerSchema } from './schema.ts';
import { storing } from './storage-error.ts';

/**
 * Checks a certificate and keeps it, unless a younger one is here.
 * @param publicKeys the registry's, pinned
 * @throws HaversackError `SignatureInvalid`, `DocumentInvalid`
 */
export async function keepCertificate(
  db: Database,
  envelope: Envelope,
  publicKeys: readonly string[],
): Promise<OpenedCertificate> {
  const opened = await openCertificate(envelope, publicKeys);
  const { device, issuedAt } = opened.certificate;
  await storing(async () => {
    const tx = db.transaction('peers', 'readwrite');
    const known = readRow(peerSchema, await tx.store.get(device), 'peers');
    const row: PeerRow = { device, certificate: envelope, seenAt: new Date().toISOString() };
    if (!known || certificateOf(known).issuedAt < issuedAt) await tx.store.put(row);
    await tx.done;
  });
  postChange('peers');
  return opened;
}

/** Null where the registry's word on it never came here. */
export async function readPeer(db: Database, device: string): Promise<PeerRow | null> {
  return readRow(peerSchema, await storing(() => db.get('peers', device)), 'peers');
}

/** By the id of their keys. */
export async function listPeers(db: Database): Promise<ReadonlyMap<string, DeviceCertificate>> {
  const rows = readRows(peerSchema, await storing(() => db.getAll('peers')), 'peers');
  return new Map(rows.map(row => [row.device, certificateOf(row)]));
}

/** Its signature was checked when it was stored. @throws HaversackError `DocumentInvalid` */
export function certificateOf({ certificate }: PeerRow): DeviceCertificate {
  return readDocument(certificate, deviceCertificateSchema);
}
