// `/twin.js`: makes a page that is none of the app's a host, when it is asked to become one. Brings its own database and worker;
// whoever loads it (the client library, our frame on another site) has nothing else of the app.
import { HaversackError } from '../../core/errors.ts';
import { keyIdOf } from '../../core/artifact/signature.ts';
import type { TwinModule } from '../../core/protocol/twin-messages.ts';
import { z } from '../../core/zod.ts';
import { RegistryClient } from '../../client/registry.ts';
import { runtimeListPath } from '../../device/cache-names.ts';
import { type Database, openHaversackDB } from '../../device/db.ts';
import { deviceToken, loadIdentity } from '../../device/identity.ts';
import { readRegistry } from '../../device/registry.ts';
import { ServedModels } from '../bridge/served-models.ts';
import { WorkerOwner } from '../bridge/worker-owner.ts';
import { buildName } from '../state/build.ts';
import { noteAsked } from './asked.ts';
import { DeviceBackend } from './device-backend.ts';
import { fetchVersion } from './fetch-version.ts';
import { TwinHost } from './host.ts';
import { InstalledVersions } from './installed-versions.ts';

let becoming: Promise<void> | null = null;

/** Once a page. Where it failed, it may be tried again. */
export const becomeHost: TwinModule['becomeHost'] = () =>
  (becoming ??= become().catch((thrown: unknown) => {
    becoming = null;
    throw thrown;
  }));

async function become(): Promise<void> {
  const worker = await workerAddress();
  const createWorker = () => new Worker(worker, { type: 'module', name: 'haversack-serving' });
  const bridge = new WorkerOwner('serving', createWorker);
  // A newer build changes the database: the service worker will ask again, and this page is no host any more.
  const db = await openHaversackDB({ onLost: () => stop() });
  const client = await clientOf(db);
  const backend = new DeviceBackend({
    versions: new InstalledVersions(db),
    models: new ServedModels(bridge, () => Promise.resolve(false)),
    version: buildName,
    fetchVersion: target => fetchVersion(db, client, target),
  });
  const host = new TwinHost({ backend, onAnswered: noteAsked });
  const stop = host.start(navigator.serviceWorker);
}

const listSchema = z.object({ worker: z.string().startsWith('/assets/') });

/** Of this build, as its list of runtime files has it. */
async function workerAddress(): Promise<string> {
  const response = await fetch(runtimeListPath);
  const parsed = listSchema.safeParse(await response.json().catch(() => null));
  if (parsed.success) return parsed.data.worker;
  throw new HaversackError('Unavailable', `${runtimeListPath} names no worker`);
}

/** As the device that this browser is to the registry; before it has met one, as nobody. */
async function clientOf(db: Database): Promise<RegistryClient> {
  const registry = await readRegistry(db);
  if (!registry) return new RegistryClient({ baseUrl: location.origin });
  const identity = await loadIdentity(db);
  const audience = await keyIdOf(registry.publicKey);
  return new RegistryClient({ baseUrl: location.origin, token: () => deviceToken(identity, audience) });
}
