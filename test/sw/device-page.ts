// What a page of a test calls of the device's room, beside the service worker that is tested.
import { RegistryClient } from '../../src/client/registry.ts';
import { keyIdOf } from '../../src/core/artifact/signature.ts';
import { openHaversackDB } from '../../src/device/db.ts';
import { deviceToken, loadIdentity } from '../../src/device/identity.ts';
import { listActive, listInstalled } from '../../src/device/library.ts';
import { enqueueDocument, listOutbox } from '../../src/device/outbox.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { connect } from '../../src/device/registry.ts';

async function open() {
  const db = await openHaversackDB();
  const identity = await loadIdentity(db);
  const plain = new RegistryClient({ baseUrl: location.origin });
  const { publicKey } = await connect(db, plain);
  const audience = await keyIdOf(publicKey);
  const token = () => deviceToken(identity, audience);
  return { db, identity, client: new RegistryClient({ baseUrl: location.origin, token }) };
}

const device = {
  async enrol(): Promise<string> {
    const { identity, client } = await open();
    await client.enrol({ publicKey: identity.publicKey, name: 'phone' });
    return identity.keyId;
  },
  async pull(model: string, version: number): Promise<void> {
    const { db, client } = await open();
    await pullVersion({ db, client, model, version });
  },
  async queueReport(): Promise<void> {
    const { db, identity } = await open();
    const active = (await listActive(db)).map(({ model, version, variant }) => ({
      model,
      version,
      variant,
      provider: null,
    }));
    const createdAt = new Date().toISOString();
    const of = { device: identity.keyId, createdAt, app: 'test', active, update: null, storage: null };
    await enqueueDocument(db, 'reports', null, { type: 'report', formatVersion: 1, ...of }, identity);
  },
  async state(): Promise<{ waiting: number; installed: number[]; active: number[] }> {
    const { db } = await open();
    return {
      waiting: (await listOutbox(db)).length,
      installed: (await listInstalled(db)).map(row => row.version),
      active: (await listActive(db)).flatMap(({ version }) => version ?? []),
    };
  },
};
export type DevicePage = typeof device;

(globalThis as { device?: DevicePage }).device = device;
