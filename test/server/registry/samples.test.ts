import { expect, it } from 'vitest';
import type { Samples } from '../../../src/core/artifact/documents.ts';
import type { SamplesList } from '../../../src/core/artifact/inbox-api.ts';
import type { RegistryEvent } from '../../../src/core/artifact/registry-api.ts';
import { sampleIdOf } from '../../../src/core/artifact/sample-id.ts';
import { envelopeDigest, signDocument } from '../../../src/core/artifact/signature.ts';
import { audienceOf, commitBytes, enrolDevice, setDevice, startServer, type TestDevice } from '../support.ts';

const model = 'digits';

async function samplesOf(
  device: TestDevice,
  labelled: readonly (readonly [string, number])[],
): Promise<Samples> {
  const createdAt = '2026-05-03T08:00:00.000Z';
  return {
    type: 'samples',
    formatVersion: 1,
    device: device.keyId,
    model,
    version: 1,
    samples: await Promise.all(
      labelled.map(async ([label, value]) => ({
        id: await sampleIdOf({ model, label, features: [value] }),
        features: [value],
        label,
        part: 'train' as const,
        source: 'form' as const,
        answered: null,
        createdAt,
      })),
    ),
    createdAt,
  };
}

async function scene() {
  const server = await startServer();
  await commitBytes(server, model, 'weights');
  const device = await enrolDevice(server, 'device');
  const trainer = await enrolDevice(server, 'trainer', 'desk');
  const token = await device.token(audienceOf(server));
  const trainerToken = await trainer.token(audienceOf(server));
  return {
    server,
    device,
    send: (body: object, as = token) => server.ask('POST', 'samples', { token: as, body }),
    list: async (query = '') => {
      const answer = await server.ask('GET', `models/${model}/samples${query}`, { token: trainerToken });
      return answer.json as unknown as SamplesList;
    },
    review: (body: object) => server.ask('PATCH', `models/${model}/samples`, { token: trainerToken, body }),
  };
}

it('takes samples once, however often they are sent, and tells of them', async () => {
  const { server, device, send, list } = await scene();
  const news: RegistryEvent[] = [];
  server.registry.events.subscribe(event => news.push(event));
  const document = await signDocument(
    await samplesOf(device, [
      ['1', 10],
      ['2', 20],
    ]),
    device,
  );
  const first = await send(document);
  expect([first.status, first.json['digest']]).toEqual([201, await envelopeDigest(document)]);
  const again = await send(document);
  expect([again.status, again.json]).toEqual([200, first.json]);
  expect(news).toEqual([{ type: 'samples', model }]);
  const { packs, next } = await list();
  expect(next).toBeNull();
  expect(packs.map(pack => pack.document)).toEqual([document]);
  expect(packs[0]!.certificate?.signed).toMatchObject({
    device: device.keyId,
    role: 'device',
    name: 'phone',
  });
  expect(Object.values(packs[0]!.states)).toEqual(['new', 'new']);
});

it('counts a sample for the document that brought it first', async () => {
  const { device, send, list } = await scene();
  await send(await signDocument(await samplesOf(device, [['1', 10]]), device));
  await send(
    await signDocument(
      await samplesOf(device, [
        ['1', 10],
        ['2', 20],
      ]),
      device,
    ),
  );
  const { packs } = await list();
  expect(packs.map(({ states }) => Object.keys(states).length)).toEqual([1, 1]);
});

it('is read page by page, in the order of arrival', async () => {
  const { device, send, list } = await scene();
  for (const value of [1, 2, 3])
    await send(await signDocument(await samplesOf(device, [['1', value]]), device));
  const seen: unknown[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: SamplesList = await list(`?limit=1&after=${encodeURIComponent(after)}`);
    seen.push(...page.packs.map(({ document }) => document.signed['samples']));
    after = page.next;
  }
  expect(seen.map(samples => (samples as Samples['samples'])[0]!.features[0])).toEqual([1, 2, 3]);
});

it('refuses samples that another signed, that are called by other content, or of a model that is not here', async () => {
  const { server, device, send } = await scene();
  const stranger = await enrolDevice(server, 'device', 'stranger');
  const honest = await samplesOf(device, [['1', 10]]);
  const forged = await send(await signDocument(honest, stranger));
  expect([forged.status, forged.json['code']]).toEqual([422, 'SignatureInvalid']);
  const renamed = { ...honest, samples: [{ ...honest.samples[0]!, label: '7' }] };
  const misnamed = await send(await signDocument(renamed, device));
  expect([misnamed.status, misnamed.json['code']]).toEqual([422, 'DocumentInvalid']);
  const other = { ...honest, model: 'other', samples: [] };
  const { features, label } = honest.samples[0]!;
  const id = await sampleIdOf({ model: 'other', label, features });
  const elsewhere = { ...other, samples: [{ ...honest.samples[0]!, id }] };
  const absent = await send(await signDocument(elsewhere, device));
  expect([absent.status, absent.json['code']]).toEqual([404, 'NotFound']);
  await setDevice(server, stranger.keyId, { status: 'revoked', role: null });
  const revoked = await samplesOf(stranger, [['1', 11]]);
  const late = await send(await signDocument(revoked, stranger));
  expect([late.status, late.json['code']]).toEqual([403, 'Forbidden']);
});

it('takes them from devices that may read the model, whoever brings them', async () => {
  const { server, device, send } = await scene();
  const envelope = await signDocument(await samplesOf(device, [['1', 10]]), device);
  const { status } = await server.ask('PATCH', `devices/${device.keyId}`, {
    token: server.key,
    body: { grants: [{ model: 'other', rights: ['read'] }] },
  });
  expect(status).toBe(200);
  expect((await send(envelope)).json['code']).toBe('Forbidden');
  const brought = await server.ask('POST', 'samples', { token: server.key, body: envelope });
  expect([brought.status, brought.json['code']]).toEqual([403, 'Forbidden']);
});

it('keeps what a trainer made of them', async () => {
  const { device, send, list, review } = await scene();
  const samples = await samplesOf(device, [
    ['1', 10],
    ['2', 20],
    ['3', 30],
  ]);
  await send(await signDocument(samples, device));
  const ids = samples.samples.map(({ id }) => id);
  await review({ ids: ids.slice(0, 2), state: 'accepted' });
  const counts = await review({ ids: ids.slice(2), state: 'rejected' });
  expect(counts.json).toEqual({ new: 0, accepted: 2, rejected: 1 });
  const { packs } = await list();
  expect(ids.map(id => packs[0]!.states[id])).toEqual(['accepted', 'accepted', 'rejected']);
});

it('answers with no more than memory is for, and tells where the rest begins', async () => {
  const { server, device, list } = await scene();
  const large = JSON.stringify({
    signed: { more: 'x'.repeat(20 * 2 ** 20) },
    signatures: [{ keyId: 'f'.repeat(64), signature: 'A'.repeat(86) }],
  });
  const rows = ['a', 'b', 'c'].map(letter => ({
    digest: letter.repeat(64),
    model,
    device: device.keyId,
    received_at: '2026-05-03T08:00:00.000Z',
    document: large,
  }));
  for (const row of rows) await server.registry.database.insertInto('samples').values(row).execute();
  const counts: number[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page: SamplesList = await list(next === '' ? '' : `?after=${encodeURIComponent(next)}`);
    counts.push(page.packs.length);
    next = page.next;
  }
  expect(counts).toEqual([1, 1, 1]);
});
