// What this device is to the registry, as it was last said: whether it is let in, and the groups that rollouts go by.
import type { Caller } from '../core/artifact/access-api.ts';
import type { RolloutDevice } from '../core/artifact/rollout.ts';
import type { RegistryClient } from '../client/registry.ts';
import type { Database } from './db.ts';
import { loadIdentity } from './identity.ts';
import { certificateOf, keepCertificate, readPeer } from './peers.ts';
import { readRegistry, trustedKeys } from './registry.ts';
import { storing } from './storage-error.ts';

export interface Standing extends RolloutDevice {
  readonly isLetIn: boolean;
}

/** Without asking: from the certificate that was kept. */
export async function standingOf(db: Database): Promise<Standing> {
  const { keyId } = await loadIdentity(db);
  const row = await readPeer(db, keyId);
  if (!row) return { keyId, groups: [], isLetIn: false };
  return { keyId, groups: certificateOf(row).groups, isLetIn: true };
}

/**
 * Asks the registry who it takes this device for, and keeps the answer.
 * @throws HaversackError as `RegistryClient.me`; `SignatureInvalid`
 */
export async function learnStanding(db: Database, client: Pick<RegistryClient, 'me'>): Promise<Caller> {
  const [caller, registry, { keyId }] = await Promise.all([client.me(), readRegistry(db), loadIdentity(db)]);
  if (caller.kind === 'device' && caller.status !== 'approved') {
    await storing(() => db.delete('peers', keyId));
  } else if (caller.certificate && registry) {
    await keepCertificate(db, caller.certificate, trustedKeys(registry));
  }
  return caller;
}
