import { describe, expect, it } from 'vitest';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import { aliasHistorySchema, type RegistryEvent } from '../../../src/core/artifact/registry-api.ts';
import { envelopeSchema, openDocument } from '../../../src/core/artifact/signature.ts';
import { commitBytes, startServer, type TestServer } from '../support.ts';

const day = 24 * 60 * 60 * 1000;
const production = 'models/sides/aliases/production';

async function scene() {
  let now = Date.parse('2026-11-24T08:00:00Z');
  const server = await startServer({ now: () => new Date(now) });
  await commitBytes(server, 'sides', 'one');
  await commitBytes(server, 'sides', 'two');
  return { server, pass: (ms: number) => (now += ms) };
}

function move(
  server: TestServer,
  headers: Record<string, string>,
  version = 2,
  alias = 'production',
  more: object = {},
) {
  return server.ask('PUT', `models/sides/aliases/${alias}`, {
    token: server.key,
    headers,
    body: { version, ...more },
  });
}

function hold(server: TestServer, revision: number, held: boolean, why = 'look first') {
  return server.ask('PATCH', production, {
    token: server.key,
    headers: { 'if-match': `"${revision}"` },
    body: { held, why },
  });
}

function remove(server: TestServer, revision: number, path = production) {
  return server.ask('DELETE', `${path}?why=not+needed`, {
    token: server.key,
    headers: { 'if-match': `"${revision}"` },
  });
}

async function historyOf(server: TestServer, path = `${production}/history`) {
  return aliasHistorySchema.parse((await server.ask('GET', path, { token: server.key })).json).entries;
}

async function open(server: TestServer) {
  const envelope = envelopeSchema.parse((await server.ask('GET', production)).json);
  return openDocument(envelope, aliasSchema, server.registry.identity.signer.publicKey);
}

describe('an alias', () => {
  it('moves for who saw where it was, with a higher revision, back again too', async () => {
    const { server } = await scene();
    const news: RegistryEvent[] = [];
    server.registry.events.subscribe(event => news.push(event));
    expect((await server.ask('GET', production)).headers['etag']).toBe('"1"');
    const moved = await move(server, { 'if-match': '"1"' });
    expect({ status: moved.status, etag: moved.headers['etag'] }).toEqual({ status: 200, etag: '"2"' });
    expect((await move(server, { 'if-match': '"2"' }, 1)).headers['etag']).toBe('"3"');
    expect(await open(server)).toMatchObject({ version: 1, revision: 3 });
    expect(news).toMatchObject([
      { type: 'alias', version: 2, revision: 2 },
      { type: 'alias', version: 1, revision: 3 },
    ]);
  });

  it('wants a condition (428), the right one (412), and a version that is there (404)', async () => {
    const { server } = await scene();
    expect((await move(server, {})).status).toBe(428);
    expect((await move(server, { 'if-match': '"7"' })).status).toBe(412);
    expect((await move(server, { 'if-match': '1' })).status).toBe(400);
    expect((await move(server, { 'if-none-match': '*' })).status).toBe(412);
    expect((await move(server, { 'if-match': '"1"' }, 9)).status).toBe(404);
    expect(await open(server)).toMatchObject({ version: 1, revision: 1 });
  });

  it('is made where it is not there yet, once', async () => {
    const { server } = await scene();
    expect((await move(server, { 'if-none-match': '*' }, 2, 'canary')).status).toBe(201);
    expect((await move(server, { 'if-none-match': '*' }, 2, 'canary')).status).toBe(412);
    expect((await move(server, { 'if-match': '"1"' }, 2, '3')).status).toBe(400);
  });

  it('is moved by one of two who saw the same', async () => {
    const { server } = await scene();
    const both = await Promise.all([1, 2].map(version => move(server, { 'if-match': '"1"' }, version)));
    expect(both.map(each => each.status).sort()).toEqual([200, 412]);
  });

  it('is issued anew after a day, with the same revision, and is good for seven', async () => {
    const { server, pass } = await scene();
    const first = await open(server);
    expect(Date.parse(first.expiresAt) - Date.parse(first.issuedAt)).toBe(7 * day);
    pass(day / 2);
    expect(await open(server)).toEqual(first);
    pass(day);
    const second = await open(server);
    expect(second).toMatchObject({ revision: first.revision, version: first.version });
    expect(Date.parse(second.issuedAt) - Date.parse(first.issuedAt)).toBe(1.5 * day);
    const { json } = await server.ask('GET', 'models');
    expect(JSON.stringify(json)).toContain(second.issuedAt);
  });

  it('leaves a trace of who moved it', async () => {
    const { server } = await scene();
    await move(server, { 'if-match': '"1"' });
    const deeds = await server.registry.database
      .selectFrom('audit')
      .select(['who', 'what', 'subject'])
      .where('what', '=', 'alias')
      .where('who', '=', 'admin-key')
      .execute();
    expect(deeds).toEqual([{ who: 'admin-key', what: 'alias', subject: 'sides@production' }]);
  });
});

describe('a rollout', () => {
  const step = async (server: TestServer, revision: number, version: number, more: object = {}) => {
    const { status } = await move(server, { 'if-match': `"${revision}"` }, version, 'production', more);
    expect(status).toBe(200);
    const { rollout, otherwise } = await open(server);
    return { ...rollout, otherwise: otherwise?.version ?? null };
  };

  it('leaves those outside what they had, while it is widened and when another takes its place', async () => {
    const { server } = await scene();
    await commitBytes(server, 'sides', 'three');
    expect(await step(server, 1, 2, { share: 0.1 })).toEqual({ share: 0.1, groups: null, otherwise: 1 });
    expect(await step(server, 2, 2, { share: 0.5 })).toMatchObject({ share: 0.5, otherwise: 1 });
    expect(await step(server, 3, 3, { share: 0.1 })).toMatchObject({ otherwise: 1 });
    expect(await step(server, 4, 3)).toEqual({ share: 1, groups: null, otherwise: null });
    expect(await step(server, 5, 2, { groups: ['north', 'north'] })).toEqual({
      share: 1,
      groups: ['north'],
      otherwise: 3,
    });
    expect(await step(server, 6, 2, { share: 0.2, otherwise: null })).toMatchObject({ otherwise: null });
    expect(await step(server, 7, 2, { share: 0.2, otherwise: 1 })).toMatchObject({ otherwise: 1 });
  });

  it('is held and goes on, each a revision; what is so already is no news', async () => {
    const { server } = await scene();
    await step(server, 1, 2, { share: 0.1 });
    const news: RegistryEvent[] = [];
    server.registry.events.subscribe(event => news.push(event));
    expect((await hold(server, 2, true)).headers['etag']).toBe('"3"');
    expect(await open(server)).toMatchObject({ held: true, version: 2, rollout: { share: 0.1 } });
    expect((await hold(server, 3, true)).headers['etag']).toBe('"3"');
    expect((await hold(server, 2, false)).status).toBe(412);
    expect((await hold(server, 3, false)).headers['etag']).toBe('"4"');
    expect(news).toMatchObject([{ revision: 3 }, { revision: 4 }]);
    await hold(server, 4, true);
    await step(server, 5, 2, { share: 0.5 });
    expect(await open(server)).toMatchObject({ held: false, otherwise: { version: 1 } });
  });

  it('is moved, held or taken away by one of those who saw the same', async () => {
    const { server } = await scene();
    const all = await Promise.all([
      hold(server, 1, true),
      move(server, { 'if-match': '"1"' }),
      remove(server, 1),
      hold(server, 1, true),
    ]);
    expect(all.filter(({ status }) => status === 200 || status === 204)).toHaveLength(1);
    // Who comes after a removal finds nothing.
    expect(all.every(({ status }) => [200, 204, 404, 412].includes(status))).toBe(true);
    expect(await historyOf(server)).toHaveLength(2);
  });

  it('wants a condition for every change', async () => {
    const { server } = await scene();
    const bare = (method: string) =>
      server.ask(method, production, { token: server.key, body: { held: true } });
    expect((await bare('PATCH')).status).toBe(428);
    expect((await bare('DELETE')).status).toBe(428);
    expect(await open(server)).toMatchObject({ revision: 1, held: false });
  });
});

describe('what was', () => {
  it('is kept, revision by revision, as it was signed', async () => {
    const { server, pass } = await scene();
    pass(day);
    await move(server, { 'if-match': '"1"' }, 2, 'production', { why: 'it sees more' });
    pass(2 * day);
    await open(server);
    const entries = await historyOf(server);
    expect(entries).toMatchObject([
      { alias: 'production', revision: 2, version: 2, who: 'admin-key', why: 'it sees more' },
      { alias: 'production', revision: 1, version: 1, who: 'registry', why: null },
    ]);
    const documents = await Promise.all(
      entries.map(({ document }) =>
        openDocument(document!, aliasSchema, server.registry.identity.signer.publicKey),
      ),
    );
    expect(documents.map(({ issuedAt }) => issuedAt)).toEqual(entries.map(({ at }) => at));
  });

  it('outlives the alias, and what comes after has a higher revision', async () => {
    const { server, pass } = await scene();
    pass(day);
    expect((await remove(server, 7)).status).toBe(412);
    expect((await remove(server, 1)).status).toBe(204);
    expect((await server.ask('GET', production)).status).toBe(404);
    expect((await remove(server, 2)).status).toBe(404);
    pass(day);
    expect((await move(server, { 'if-match': '"2"' })).status).toBe(412);
    expect((await move(server, { 'if-none-match': '*' })).headers['etag']).toBe('"3"');
    await move(server, { 'if-none-match': '*' }, 1, 'canary');
    expect(await historyOf(server)).toMatchObject([
      { revision: 3, version: 2 },
      { revision: 2, version: null, document: null, why: 'not needed' },
      { revision: 1, version: 1 },
    ]);
    expect(await historyOf(server, 'models/sides/history')).toHaveLength(4);
    expect((await server.ask('GET', 'models/nobody/history', { token: server.key })).status).toBe(404);
  });
});

describe('the list of models', () => {
  it('is sent again only when it has changed', async () => {
    const { server } = await scene();
    const first = await server.ask('GET', 'models');
    const tag = String(first.headers['etag']);
    expect(tag).toMatch(/^"[\w-]+"$/);
    const headers = { 'if-none-match': tag };
    const same = await server.ask('GET', 'models', { headers });
    expect({ status: same.status, bytes: same.bytes.length }).toEqual({ status: 304, bytes: 0 });
    await move(server, { 'if-match': '"1"' });
    expect((await server.ask('GET', 'models', { headers })).status).toBe(200);
  });
});
