import { describe, expect, it } from 'vitest';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import type { ModelSummary, RegistryEvent } from '../../../src/core/artifact/registry-api.ts';
import { type Envelope, envelopeDigest, readDocument } from '../../../src/core/artifact/signature.ts';
import { record } from '../../../server/registry/audit.ts';
import { maxFoundedADay } from '../../../server/registry/found-model.ts';
import { type CandidateOptions, classifier, makeCandidate, manifestOf, push } from '../models.ts';
import {
  type Answer,
  audienceOf,
  enrolDevice,
  setDevice,
  startServer,
  type TestDevice,
  type TestServer,
} from '../support.ts';

const noon = new Date('2026-11-27T12:00:00Z');

async function scene() {
  const clock = { now: noon };
  const server = await startServer({ now: () => clock.now });
  const file = classifier();
  const like = { detail: await push(server, 'sides', file), file };
  await server.deriver.idle();
  return { server, clock, founder: (role: 'trainer' | 'admin') => newFounder(server, clock, like, role) };
}

async function newFounder(
  server: TestServer,
  clock: { now: Date },
  like: { detail: Answer; file: Uint8Array<ArrayBuffer> },
  role: 'trainer' | 'admin',
) {
  const device: TestDevice = await enrolDevice(server, role);
  const token = () => device.token(audienceOf(server), { issuedAt: clock.now.getTime() / 1000 });
  const make = async (model: string, { change, ...options }: CandidateOptions = {}) =>
    makeCandidate(server, device, await token(), like, {
      ...options,
      change: { model, parent: null, note: model, ...change },
    });
  const send = async (candidate: Envelope) =>
    server.ask('POST', 'candidates', { token: await token(), body: candidate });
  const found = async (model: string, options?: CandidateOptions) => send(await make(model, options));
  return { device, make, send, found };
}

function brief({ status, json }: Answer) {
  return { status, code: json['code'] };
}

async function modelsOf(server: TestServer): Promise<ModelSummary[]> {
  return (await server.ask('GET', 'models')).json['models'] as ModelSummary[];
}

describe('a founding candidate', () => {
  it('becomes version 1 of a new model, which production means, with variants of its own', async () => {
    const { server, founder } = await scene();
    const news: RegistryEvent[] = [];
    server.registry.events.subscribe(event => news.push(event));
    const { device, found } = await founder('trainer');
    news.length = 0;
    const receipt = await found('plants');
    expect(receipt).toMatchObject({ status: 201, json: { model: 'plants', version: 1 } });
    expect(news).toEqual([
      { type: 'version', model: 'plants', version: 1 },
      { type: 'alias', model: 'plants', alias: 'production', version: 1, revision: 1 },
    ]);
    await server.deriver.idle();
    const manifest = manifestOf(await server.ask('GET', 'models/plants/versions/1'));
    const candidate = receipt.json['candidate'];
    expect(manifest).toMatchObject({ parent: null, device: device.keyId, candidate });
    const plants = (await modelsOf(server)).find(({ model }) => model === 'plants')!;
    expect(plants.versions).toMatchObject([{ version: 1, candidate, newArchitecture: false }]);
    expect(plants.versions[0]!.variants.map(({ name }) => name)).toEqual(['fp32', 'int8']);
    expect(readDocument(plants.aliases[0]!, aliasSchema)).toMatchObject({ alias: 'production', version: 1 });
  });

  it('may be a file that somebody brought: without data, figures or a recipe', async () => {
    const { server, founder } = await scene();
    const { found } = await founder('trainer');
    const artifacts = { dataset: null, recorded: null, topology: null };
    const change = { data: null, recipe: null, evaluations: [], artifacts };
    expect(brief(await found('brought', { change }))).toEqual({ status: 201, code: undefined });
    const manifest = manifestOf(await server.ask('GET', 'models/brought/versions/1'));
    expect(manifest).toMatchObject({ parent: null, data: null, recipe: null, evaluations: [], artifacts });
  });

  it('is written down with the device that signed it, whoever brings it', async () => {
    const { server, founder } = await scene();
    const { device, make } = await founder('trainer');
    const candidate = await make('plants');
    const answer = await server.ask('POST', 'candidates', { token: server.key, body: candidate });
    expect(answer.status).toBe(201);
    const { json } = await server.ask('GET', 'audit?subject=plants', { token: server.key });
    expect(json['entries']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ who: device.keyId, what: 'version', subject: 'plants@1' }),
      ]),
    );
  });

  it('is delivered once: sent again, also side by side, it gets the same receipt', async () => {
    const { server, founder } = await scene();
    const { make, send } = await founder('trainer');
    const candidate = await make('plants');
    const answers = await Promise.all([send(candidate), send(candidate), send(candidate)]);
    answers.push(await send(candidate));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    for (const { json } of answers) expect(json).toEqual(answers[0].json);
    expect((await server.ask('GET', 'models/plants')).json['versions']).toHaveLength(1);
  });

  it('taught by showing is followed by one with other names for its classes; taught otherwise it is not', async () => {
    const { server, founder } = await scene();
    const { found, make, send } = await founder('trainer');
    for (const [model, kind, status] of [
      ['plants', 'show', 201],
      ['stones', 'train', 422],
    ] as const) {
      await found(model, { change: { recipe: { kind } } });
      const { json } = await server.ask('GET', `models/${model}/versions/1`);
      const digest = await envelopeDigest(json['manifest'] as Envelope);
      const parent = { version: 1, digest };
      const next = await make(model, { change: { parent, recipe: { kind }, labels: ['port', 'starboard'] } });
      expect((await send(next)).status).toBe(status);
    }
  });

  it('of two that come at the same time under one name, one becomes the model, the other is told what to do', async () => {
    const { server, founder } = await scene();
    const [one, two] = [await founder('trainer'), await founder('admin')];
    const candidates = [await one.make('plants'), await two.make('plants')] as const;
    const answers = await Promise.all([one.send(candidates[0]), two.send(candidates[1])]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.json).toMatchObject({
      code: 'Conflict',
      detail: expect.stringContaining('give this one another name') as string,
    });
    expect((await server.ask('GET', 'models/plants')).json['versions']).toHaveLength(1);
  });

  it('finds a name that a push took while its file was looked into', async () => {
    const { server, founder } = await scene();
    const { make, send } = await founder('trainer');
    const candidate = await make('plants');
    const { check } = server.registry.checker;
    server.registry.checker.check = async job => {
      const checked = await check.call(server.registry.checker, job);
      server.registry.checker.check = check;
      await push(server, 'plants', classifier(3));
      return checked;
    };
    expect(brief(await send(candidate))).toEqual({ status: 409, code: 'Conflict' });
    const versions = (await modelsOf(server)).find(({ model }) => model === 'plants')!.versions;
    expect(versions).toMatchObject([{ version: 1, candidate: null }]);
  });

  it('is refused for its name before its chunks are asked for', async () => {
    const { founder } = await scene();
    const { found } = await founder('trainer');
    const file = { digest: 'c'.repeat(64), bytes: 3, chunks: [{ digest: 'd'.repeat(64), bytes: 3 }] };
    const change = { authority: { variant: 'fp32', file } };
    expect(brief(await found('sides', { change }))).toEqual({ status: 409, code: 'Conflict' });
    expect(brief(await found('plants', { change }))).toEqual({ status: 409, code: 'ChunkMissing' });
  });

  const wrong: [string, CandidateOptions][] = [
    ['labels that do not fit its answers', { change: { labels: ['one'] } }],
    ['another architecture than its file has', { change: { architecture: '0'.repeat(64) } }],
    ['recorded answers that it does not give', { recordedAnswer: [0.9, 0.1] }],
  ];
  it.each(wrong)('is refused with %s, and its name stays free', async (_what, options) => {
    const { founder } = await scene();
    const { found } = await founder('trainer');
    expect(brief(await found('plants', options))).toEqual({ status: 422, code: 'ModelInvalid' });
    expect((await found('plants')).status).toBe(201);
  });

  it('wants the right to write what it founds: a device that may not waits to be let in as more', async () => {
    const { server, founder } = await scene();
    const { device, make, send } = await founder('trainer');
    const candidate = await make('plants');
    await setDevice(server, device.keyId, { status: 'approved', role: 'device' });
    expect(brief(await send(candidate))).toEqual({ status: 403, code: 'Forbidden' });
    const grants = (model: string) => ({
      token: server.key,
      body: { grants: [{ model, rights: ['read', 'write'] }] },
    });
    await server.ask('PATCH', `devices/${device.keyId}`, grants('weeds'));
    expect(brief(await send(candidate))).toEqual({ status: 403, code: 'Forbidden' });
    await server.ask('PATCH', `devices/${device.keyId}`, grants('plants'));
    expect((await send(candidate)).status).toBe(201);
  });

  it('is one of so many a day for a device that is no admin; the next day there is room again', async () => {
    const { server, clock, founder } = await scene();
    const [{ device, found }, admin] = [await founder('trainer'), await founder('admin')];
    expect((await found('plants-0')).status).toBe(201);
    for (const { keyId } of [device, admin.device]) {
      for (let i = 1; i < maxFoundedADay; i += 1) {
        const subject = `plants-${i}@1`;
        await record(server.registry.database, clock.now, {
          who: keyId,
          what: 'version',
          subject,
          detail: '',
        });
      }
    }
    const refused = await found('one-more');
    expect(brief(refused)).toEqual({ status: 429, code: 'QuotaSpent' });
    expect(refused.headers['retry-after']).toBe(String(12 * 60 * 60));
    expect((await admin.found('weeds')).status).toBe(201);
    expect((await admin.found('grass')).status).toBe(201);
    expect((await (await founder('trainer')).found('trees')).status).toBe(201);
    clock.now = new Date('2026-11-28T00:00:00Z');
    expect((await found('one-more')).status).toBe(201);
  });
});

describe('what comes after it', () => {
  it('is a candidate of version 1, as of any other', async () => {
    const { server, founder } = await scene();
    const { device, found } = await founder('trainer');
    const { json } = await found('plants');
    const parent = { version: 1, digest: json['digest'] as string };
    const sharper = await found('plants', { change: { parent, note: null } });
    expect(sharper).toMatchObject({ status: 201, json: { version: 2 } });
    expect(manifestOf(await server.ask('GET', 'models/plants/versions/2'))).toMatchObject({
      parent,
      device: device.keyId,
    });
    const versions = (await modelsOf(server)).find(({ model }) => model === 'plants')!.versions;
    expect(versions.map(({ version, newArchitecture }) => [version, newArchitecture])).toEqual([
      [2, false],
      [1, false],
    ]);
  });
});
