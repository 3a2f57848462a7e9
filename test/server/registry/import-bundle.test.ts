import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import {
  chunksNamedIn,
  type BundleContents,
  emptyContents,
  writeBundle,
} from '../../../src/core/artifact/bundle.ts';
import { bundleMediaType } from '../../../src/core/artifact/bundle-name.ts';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import type { Samples } from '../../../src/core/artifact/documents.ts';
import type { BundleReceipt } from '../../../src/core/artifact/inbox-api.ts';
import type { VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { sampleIdOf } from '../../../src/core/artifact/sample-id.ts';
import { envelopeDigest, signDocument } from '../../../src/core/artifact/signature.ts';
import { joinBytes } from '../../../src/core/join-bytes.ts';
import { classifier, makeCandidate, manifestOf, push } from '../models.ts';
import {
  type Answer,
  asBuffer,
  audienceOf,
  enrolDevice,
  newDevice,
  startServer,
  temporaryFolder,
  type TestDevice,
} from '../support.ts';

/** The registry, and the same one at another place to which what was taught has only been carried. */
async function scene({ maxTrainerBytes }: { readonly maxTrainerBytes?: number } = {}) {
  const before = await startServer();
  const file = classifier();
  await push(before, 'sides', file);
  await before.deriver.idle();
  const device = await enrolDevice(before, 'trainer');
  await before.close();
  const copy = temporaryFolder();
  cpSync(before.data, copy, { recursive: true });
  const here = await startServer({ data: before.data });
  const there = await startServer({ data: copy, ...(maxTrainerBytes && { maxTrainerBytes }) });
  const parent = { detail: await here.ask('GET', 'models/sides/versions/1'), file };
  const token = await device.token(audienceOf(here));
  const candidate = await makeCandidate(here, device, token, parent);
  const bundle = async (contents: Partial<BundleContents>, carrier: TestDevice = device) => {
    const all = { ...emptyContents, ...contents };
    const known = new Set(manifestOf(parent.detail).authority.file.chunks.map(({ digest }) => digest));
    const refs = chunksNamedIn(all).filter(({ digest }) => !known.has(digest));
    const read = async ({ digest }: { digest: string }) =>
      new Uint8Array((await here.registry.blobs.get(digest))!);
    return asBuffer(joinBytes(await writeBundle(all, refs, read, carrier)));
  };
  const carry = (body: Buffer, as = token): Promise<Answer> =>
    there.ask('POST', 'bundles', { token: as, body, headers: { 'content-type': bundleMediaType } });
  return { here, there, device, candidate, parent, bundle, carry };
}

function itemsOf(answer: Answer): BundleReceipt['items'] {
  return (answer.json as unknown as BundleReceipt).items;
}

it('makes a version of a candidate that was carried, once, and only its new chunks travel', async () => {
  const { there, candidate, bundle, carry, parent } = await scene();
  const body = await bundle({ candidates: [candidate] });
  expect(body.length).toBeLessThan(parent.file.length + 20_000);
  const first = itemsOf(await carry(body));
  expect(first).toEqual([
    {
      kind: 'candidate',
      digest: await envelopeDigest(candidate),
      model: 'sides',
      version: 2,
      outcome: 'accepted',
      problem: null,
    },
  ]);
  expect(itemsOf(await carry(body))).toEqual([{ ...first[0], outcome: 'known' }]);
  const second = await there.ask('GET', 'models/sides/versions/2');
  expect(manifestOf(second)).toMatchObject({ parent: { version: 1 }, candidate: first[0]!.digest });
});

it('answers for each document apart: what is refused holds up nothing else', async () => {
  const { device, candidate, bundle, carry, parent, there } = await scene();
  const stranger = await newDevice();
  const sample = { model: 'sides', label: 'left', features: [0, 1] };
  const samples: Samples = {
    type: 'samples',
    formatVersion: 1,
    device: device.keyId,
    model: 'sides',
    version: 1,
    samples: [
      {
        id: await sampleIdOf(sample),
        features: sample.features,
        label: 'left',
        part: 'test',
        source: 'form',
        answered: null,
        createdAt: '2026-05-03T08:00:00.000Z',
      },
    ],
    createdAt: '2026-05-03T08:00:00.000Z',
  };
  const { manifest } = parent.detail.json as unknown as VersionDetail;
  const unknown = await signDocument({ ...candidate.signed, device: stranger.keyId }, stranger);
  const forged = await signDocument(candidate.signed, stranger);
  const found = itemsOf(
    await carry(
      await bundle(
        {
          versions: [{ manifest, variants: [], files: ['fp32'], trainable: false }],
          candidates: [unknown, forged, candidate],
          samples: [await signDocument(samples, device)],
        },
        stranger,
      ),
    ),
  );
  expect(found.map(({ kind, outcome, problem }) => [kind, outcome, problem?.code ?? null])).toEqual([
    ['version', 'known', null],
    ['candidate', 'refused', 'Forbidden'],
    ['candidate', 'refused', 'SignatureInvalid'],
    ['candidate', 'accepted', null],
    ['samples', 'accepted', null],
  ]);
  const inbox = await there.registry.database.selectFrom('inbox').selectAll().execute();
  expect(inbox).toMatchObject([{ device: device.keyId, part: 'test', state: 'new' }]);
});

it('takes nothing of a bundle with one bad byte', async () => {
  const { there, candidate, bundle, carry } = await scene();
  const body = await bundle({ candidates: [candidate] });
  body[body.length - 1]! ^= 1;
  const answer = await carry(body);
  expect(answer.status).toBe(422);
  const versions = await there.registry.database.selectFrom('versions').selectAll().execute();
  expect(versions).toHaveLength(1);
});

it('counts a trainer’s new bytes with those that it sent over the wire', async () => {
  const { there, device, candidate, bundle, carry } = await scene({ maxTrainerBytes: 1000 });
  const token = await device.token(audienceOf(there));
  const body = Buffer.alloc(1000, 1);
  const path = `chunks/${await sha256(new Uint8Array(body))}`;
  expect((await there.ask('PUT', path, { token, body })).status).toBe(204);
  expect((await carry(await bundle({ candidates: [candidate] }))).status).toBe(429);
});

it('is not taken from whom was revoked while it arrived, and leaves nothing', async () => {
  const { there, candidate, bundle } = await scene();
  const { json } = await there.ask('POST', 'keys', {
    token: there.key,
    body: { name: 'desk', role: 'trainer' },
  });
  const whole = await bundle({ candidates: [candidate] });
  const arriving = () => readdirSync(join(there.data, 'bundles'));
  async function* pieces() {
    yield whole.subarray(0, 100);
    await expect.poll(arriving).toHaveLength(1);
    await there.ask('DELETE', `keys/${String(json['id'])}`, { token: there.key });
    yield whole.subarray(100);
  }
  const answer = await there.app.inject({
    method: 'POST',
    url: '/registry/v1/bundles',
    headers: {
      host: 'localhost:8787',
      authorization: `Bearer ${String(json['key'])}`,
      'content-type': bundleMediaType,
    },
    payload: Readable.from(pieces()),
  });
  expect(answer.statusCode).toBe(401);
  expect(arriving()).toEqual([]);
  const { versions } = (await there.ask('GET', 'models/sides')).json as { versions: unknown[] };
  expect(versions).toHaveLength(1);
});

it('is for trainers, and for bundles', async () => {
  const { there, candidate, bundle, carry } = await scene();
  const device = await enrolDevice(there, 'device', 'reader');
  const body = await bundle({ candidates: [candidate] });
  expect((await carry(body, await device.token(audienceOf(there)))).status).toBe(403);
  expect((await carry(Buffer.from('PK\u0003\u0004'))).json['code']).toBe('DocumentInvalid');
  const json = await there.ask('POST', 'bundles', { token: there.key, body: { signed: {} } });
  expect(json.json['code']).toBe('UnsupportedMediaType');
});
