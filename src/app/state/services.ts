// The device's services, opened once a page: database, registry client, identity, and the two workers' bridges.
import { signal } from '@preact/signals';
import { keyIdOf } from '../../core/artifact/signature.ts';
import { type Failure, failure, toFailure } from '../../core/errors.ts';
import type { ConnectionOptions } from '../../client/http.ts';
import { RegistryClient } from '../../client/registry.ts';
import { type Database, openHaversackDB } from '../../device/db.ts';
import { deviceToken, type Identity, loadIdentity } from '../../device/identity.ts';
import { readRegistry } from '../../device/registry.ts';
import { WorkerBridge } from '../bridge/worker-bridge.ts';
import { mayReopen, noteStore } from './cleared.ts';
import { registry, watchedFetch } from './connection.ts';
import { headStart } from './head-start.ts';
import { registryFetch } from './registry-kind.ts';

export interface Services {
  readonly db: Database;
  /** To the registry, as this device. */
  readonly connection: ConnectionOptions;
  /** Signs requests with this device's key, once the registry is pinned. */
  readonly client: RegistryClient;
  readonly identity: Identity;
  readonly serving: WorkerBridge;
  readonly training: WorkerBridge;
}

/** Null until the database is open. Screens are shown only after. */
export const services = signal<Services | null>(null);
/** Why the app cannot start at all: storage refused. */
export const startFailure = signal<Failure | null>(null);
/** Another tab holds the database in an older version; goes on when that tab closes. */
export const startBlocked = signal(false);

/** An upgrade that takes this long is said to wait for another tab. */
const blockedNoticeMs = 1500;

/** Never throws; what went wrong is in `startFailure`. */
export async function openServices(): Promise<Services | null> {
  const notice = setTimeout(() => {
    startBlocked.value = true;
  }, blockedNoticeMs);
  const serving = new WorkerBridge('serving');
  headStart(serving);
  try {
    const db = await openHaversackDB({ onLost });
    await noteStore(db);
    const identity = await loadIdentity(db);
    registry.value = await readRegistry(db);
    const connection = {
      baseUrl: location.origin,
      token: () => currentToken(identity),
      fetch: registryFetch(watchedFetch),
    };
    services.value = {
      db,
      connection,
      client: new RegistryClient(connection),
      identity,
      serving,
      training: new WorkerBridge('training'),
    };
    return services.value;
  } catch (thrown) {
    startFailure.value = toFailure(thrown, 'StorageFailed');
    return null;
  } finally {
    clearTimeout(notice);
    startBlocked.value = false;
  }
}

/** A newer build waits for this page to go, or the browser closed the database: a fresh page opens what is there. */
function onLost(why: 'newer' | 'terminated'): void {
  if (why === 'newer' || mayReopen()) location.reload();
  else startFailure.value = failure('StorageFailed', 'the browser closes it again and again');
}

async function currentToken(identity: Identity): Promise<string | null> {
  const pinned = registry.value;
  return pinned ? deviceToken(identity, await keyIdOf(pinned.publicKey)) : null;
}

/** The services, where they must be there: in what a screen does. */
export function need(): Services {
  const open = services.value;
  if (!open) throw new Error('the services are used before they are open');
  return open;
}
