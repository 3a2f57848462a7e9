import { describe, expect, it } from 'vitest';
import type { Grant } from '../../../src/core/artifact/grant.ts';
import { audienceOf, commitBytes, enrolDevice, startServer, type TestServer } from '../support.ts';

const elsewhere = '192.168.7.20';
const hourMs = 60 * 60_000;

async function makeKey(server: TestServer, query: object): Promise<{ id: string; key: string }> {
  const { status, json } = await server.ask('POST', 'keys', {
    token: server.key,
    body: { name: 'test', ...query },
  });
  expect(status).toBe(201);
  return json as { id: string; key: string };
}

async function scene() {
  let passedMs = 0;
  const server = await startServer({ host: '0.0.0.0', now: () => new Date(Date.now() + passedMs) });
  const status = async (token: string) =>
    (await server.ask('GET', 'models', { token, address: elsewhere })).status;
  const rotate = (id: string, body: object) =>
    server.ask('POST', `keys/${id}/rotate`, { token: server.key, body });
  return { server, status, rotate, pass: (ms: number) => (passedMs += ms) };
}

describe('a key', () => {
  it('has either a role or grants', async () => {
    const server = await startServer();
    const grants = [{ model: 'digits', rights: ['read'] }];
    const refused = [
      {},
      { role: 'admin', grants },
      { grants: [] },
      { grants: [{ model: 'digits', rights: [] }] },
      { grants: [{ model: 'digits', rights: ['own'] }] },
      { grants: [{ model: 'Digits!', rights: ['read'] }] },
      { role: 'device', limits: { perMinute: 0 } },
    ];
    for (const query of refused) {
      const { status } = await server.ask('POST', 'keys', {
        token: server.key,
        body: { name: 'x', ...query },
      });
      expect(status, JSON.stringify(query)).toBe(400);
    }
    const { key } = await makeKey(server, { grants, limits: { perDay: 5 } });
    const { json } = await server.ask('GET', 'keys', { token: server.key });
    expect(json['keys']).toMatchObject([
      { role: null, grants, limits: { perMinute: null, atOnce: null, perDay: 5 }, replaces: null },
    ]);
    expect(JSON.stringify(json)).not.toContain(key);
    const me = await server.ask('GET', 'me', { token: key });
    expect(me.json).toMatchObject({ kind: 'access-key', role: null, grants });
  });

  it('that was looked up before opens nothing from the next request after it was revoked', async () => {
    const { server, status } = await scene();
    const { id, key } = await makeKey(server, { role: 'device' });
    expect([await status(key), await status(key)]).toEqual([200, 200]);
    await server.ask('DELETE', `keys/${id}`, { token: server.key });
    expect(await status(key)).toBe(401);
  });

  it('that was not known becomes known when it is made: a wrong one is not remembered', async () => {
    const { server, status } = await scene();
    expect(await status('hvk_nothing')).toBe(401);
    const { key } = await makeKey(server, { role: 'device' });
    expect(await status(key)).toBe(200);
  });
});

describe('a key that follows', () => {
  it('may the same for as long; the one before goes on for its grace, and is not followed twice', async () => {
    const { server, status, rotate, pass } = await scene();
    const grants = [{ model: '*', rights: ['read'] }];
    const old = await makeKey(server, { grants, limits: { perMinute: 100 }, days: 30 });
    expect(await status(old.key)).toBe(200);
    const { status: made, json: next } = await rotate(old.id, { graceHours: 2 });
    expect(made).toBe(201);
    expect(next).toMatchObject({ name: 'test', grants, limits: { perMinute: 100 }, replaces: old.id });
    expect(Date.parse(String(next['expiresAt'])) - Date.parse(String(next['createdAt']))).toBe(720 * hourMs);
    expect((await rotate(old.id, {})).status).toBe(409);
    pass(hourMs);
    expect([await status(old.key), await status(String(next['key']))]).toEqual([200, 200]);
    pass(hourMs);
    expect([await status(old.key), await status(String(next['key']))]).toEqual([401, 200]);
    expect((await rotate(old.id, {})).status).toBe(409);
    expect((await rotate('absent', {})).status).toBe(404);
  });

  it('without grace takes the place of the one before at once', async () => {
    const { server, status, rotate } = await scene();
    const old = await makeKey(server, { role: 'device' });
    expect(await status(old.key)).toBe(200);
    const { json } = await rotate(old.id, { graceHours: 0 });
    expect([await status(old.key), await status(String(json['key']))]).toEqual([401, 200]);
  });

  it('does not lengthen the life of the one before', async () => {
    const { server, status, rotate, pass } = await scene();
    const old = await makeKey(server, { role: 'device', days: 1 });
    await rotate(old.id, { graceHours: 48 });
    pass(25 * hourMs);
    expect(await status(old.key)).toBe(401);
  });
});

describe('grants on one model', () => {
  async function twoModels() {
    const { server, ...rest } = await scene();
    const mine = await commitBytes(server, 'mine', 'the weights of mine');
    const other = await commitBytes(server, 'other', 'the weights of the other');
    const chunkOf = ({ manifest }: typeof mine) => manifest.authority.file.chunks[0]!.digest;
    return { server, mine: chunkOf(mine), other: chunkOf(other), ...rest };
  }
  const grants: Grant[] = [{ model: 'mine', rights: ['read'] }];

  it.each(['key', 'device'] as const)('of a %s show that model, and none of the rest', async kind => {
    const { server, mine, other } = await twoModels();
    const token = kind === 'key' ? (await makeKey(server, { grants })).key : await deviceWith(server, grants);
    const ask = (method: string, path: string, body?: object) =>
      server.ask(method, path, { token, address: elsewhere, ...(body ? { body } : {}) });
    const names = async (query = '') =>
      ((await ask('GET', `models${query}`)).json['models'] as { model: string }[]).map(({ model }) => model);
    expect([await names(), await names('?q=o'), await names('?q=m')]).toEqual([['mine'], [], ['mine']]);
    expect((await ask('GET', 'models/mine')).status).toBe(200);
    // The same whether or not it is there.
    expect([(await ask('GET', 'models/other')).status, (await ask('GET', 'models/absent')).status]).toEqual([
      403, 403,
    ]);
    expect((await ask('GET', `chunks/${mine}`)).status).toBe(200);
    const hidden = await ask('GET', `chunks/${other}`);
    const absent = await ask('GET', `chunks/${'0'.repeat(64)}`);
    expect([hidden.status, absent.status]).toEqual([404, 404]);
    const batch = await ask('POST', 'chunks/batch', { chunks: [other, mine] });
    const mineAlone = await ask('POST', 'chunks/batch', { chunks: [mine] });
    expect(batch.bytes).toEqual(mineAlone.bytes);
    const index = await ask('GET', '/v2/models');
    expect(index.json).toEqual({ models: ['mine'] });
  });

  it('show what comes to the model later', async () => {
    const { server } = await twoModels();
    const { key } = await makeKey(server, { grants });
    const read = async (digest: string) =>
      (await server.ask('GET', `chunks/${digest}`, { token: key, address: elsewhere })).status;
    const added = await commitBytes(server, 'mine', 'better weights of mine');
    expect(await read(added.manifest.authority.file.chunks[0]!.digest)).toBe(200);
  });

  async function deviceWith(server: TestServer, given: Grant[]): Promise<string> {
    const device = await enrolDevice(server, 'admin');
    await server.ask('PATCH', `devices/${device.keyId}`, { token: server.key, body: { grants: given } });
    return device.token(audienceOf(server));
  }

  it('of a device end with it, and its role gives nothing beside them', async () => {
    const { server } = await twoModels();
    const device = await enrolDevice(server, 'admin');
    const token = await device.token(audienceOf(server));
    const status = async () => (await server.ask('GET', 'keys', { token, address: elsewhere })).status;
    const give = (value: Grant[] | null) =>
      server.ask('PATCH', `devices/${device.keyId}`, { token: server.key, body: { grants: value } });
    expect(await status()).toBe(200);
    expect((await give(grants)).json).toMatchObject({ role: 'admin', grants });
    expect(await status()).toBe(403);
    await give(null);
    expect(await status()).toBe(200);
  });
});
