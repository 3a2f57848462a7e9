import { describe, expect, it } from 'vitest';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import type { RegistryEvent } from '../../../src/core/artifact/registry-api.ts';
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

function move(server: TestServer, headers: Record<string, string>, version = 2, alias = 'production') {
  return server.ask('PUT', `models/sides/aliases/${alias}`, {
    token: server.key,
    headers,
    body: { version },
  });
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
