// What the service worker does for a device whose pages are closed: delivers what waits, looks for newer versions and fetches
// them. It cannot run a model (onnxruntime#20876): what it fetched is tried by the next page.
import { keyIdOf } from '../core/artifact/signature.ts';
import { toFailure } from '../core/errors.ts';
import { RegistryClient } from '../client/registry.ts';
import { checkForUpdates } from './check-updates.ts';
import { type Database, openHaversackDB } from './db.ts';
import { deviceToken, loadIdentity } from './identity.ts';
import { deliver } from './outbox.ts';
import { checkEveryMs, readPolicies } from './policies.ts';
import { readRegistry } from './registry.ts';
import { readRow } from './rows.ts';
import { markSchema } from './schema.ts';

const checkMark = 'background-check';

/** @throws HaversackError `Offline`: the browser is to try again. What else an item waits for, a page tells. */
export async function deliverInBackground(): Promise<void> {
  await withDevice(async (db, client) => {
    try {
      await deliver(db, client);
    } catch (thrown) {
      if (toFailure(thrown).code === 'Offline') throw thrown;
    }
  });
}

/** Where the last look was as long ago as the policies want. */
export async function checkInBackground(): Promise<void> {
  await withDevice(async (db, client) => {
    if (!(await isDue(db))) return;
    await checkForUpdates({ db, client, app: null, tryVersion: null, onChange: () => undefined });
    await db.put('marks', { id: checkMark, at: new Date().toISOString() });
    await deliver(db, client).catch(() => undefined);
  });
}

async function isDue(db: Database): Promise<boolean> {
  const [mark, policies] = await Promise.all([db.get('marks', checkMark), readPolicies(db)]);
  const at = Date.parse(readRow(markSchema, mark, 'marks')?.at ?? '');
  return !(Math.abs(Date.now() - at) < checkEveryMs(policies));
}

/** Nothing is to be done before this device has met a registry. */
async function withDevice(work: (db: Database, client: RegistryClient) => Promise<void>): Promise<void> {
  const db = await openHaversackDB();
  try {
    const registry = await readRegistry(db);
    if (!registry) return;
    const identity = await loadIdentity(db);
    const audience = await keyIdOf(registry.publicKey);
    const token = () => deviceToken(identity, audience);
    await work(db, new RegistryClient({ baseUrl: self.location.origin, token }));
  } finally {
    db.close();
  }
}
