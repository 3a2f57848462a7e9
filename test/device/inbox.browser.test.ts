import { expect, test } from 'vitest';
import type { SamplesList } from '../../src/core/artifact/inbox-api.ts';
import { signSamples } from '../../src/device/bundles.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { listInbox, pullInbox } from '../../src/device/inbox.ts';
import { readPeer } from '../../src/device/peers.ts';
import { addSample } from '../../src/device/samples.ts';
import { letIn } from './certified.ts';
import { makeSigner } from './documents-made.ts';
import { freshDB } from './fresh-db.ts';

/** What another device sent, as the registry hands it on. */
async function sentBy(
  registry: Awaited<ReturnType<typeof makeSigner>>,
  certified: Parameters<typeof letIn>[3] = {},
): Promise<SamplesList['packs'][number]> {
  const { db } = await freshDB();
  const self = await loadIdentity(db);
  await letIn(db, registry, [], certified);
  await addSample(db, {
    model: 'digits',
    features: [1, 2],
    label: 'one',
    source: 'form',
    answered: null,
  });
  const [document] = await signSamples(db, self, { model: 'digits', version: 1 });
  const { certificate } = (await readPeer(db, self.keyId))!;
  return { document: document!, certificate, receivedAt: new Date().toISOString(), states: {} };
}

test('one document that is not to be believed keeps out no other, and a list without an end comes to one', async () => {
  const registry = await makeSigner();
  const good = await sentBy(registry);
  const forged = await sentBy(await makeSigner());
  const { document } = await sentBy(registry);
  const changed = { ...good, document: { ...document, signed: { ...document.signed, version: 2 } } };
  const { db } = await freshDB();
  let asked = 0;
  const samples = (): Promise<SamplesList> => {
    asked += 1;
    if (asked > 3) throw new Error('asked for the same again');
    return Promise.resolve({ packs: [forged, changed, good], next: 'more' });
  };
  expect(await pullInbox(db, { samples }, 'digits', [registry.publicKey])).toBe(1);
  expect(await listInbox(db, 'digits')).toMatchObject([{ state: 'new', sample: { label: 'one' } }]);
});

test.each([
  ['names it', ['digits'], 1],
  ['names another', ['iris'], 0],
  ['names none', [], 0],
])('samples of a model are believed of who may read it: a certificate that %s', async (_, reads, taken) => {
  const registry = await makeSigner();
  const pack = await sentBy(registry, { reads });
  const { db } = await freshDB();
  const samples = () => Promise.resolve({ packs: [pack], next: null });
  expect(await pullInbox(db, { samples }, 'digits', [registry.publicKey])).toBe(taken);
});
