import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Grant, Limits } from '../../../src/core/artifact/grant.ts';
import { classifier, push } from '../models.ts';
import { enrolDevice, audienceOf, startServer, type TestServer, temporaryFolder } from '../support.ts';

const elsewhere = '192.168.7.20';
const none: Limits = { perMinute: null, atOnce: null, perDay: null };
const inputs = [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 2] }];

async function makeKey(server: TestServer, limits: Partial<Limits>, grants?: Grant[]): Promise<string> {
  const what = grants ? { grants } : { role: 'device' };
  const body = { name: 'test', ...what, limits };
  return String((await server.ask('POST', 'keys', { token: server.key, body })).json['key']);
}

const list = (server: TestServer, token: string | undefined, address = elsewhere) =>
  server.ask('GET', 'models', { token, address });
const infer = (server: TestServer, token: string | undefined, model = 'sides') =>
  server.ask('POST', `/v2/models/${model}/infer`, {
    token,
    address: elsewhere,
    headers: { 'content-type': 'application/json' },
    body: { inputs },
  });

describe('requests in a minute', () => {
  it('of a key are counted for it alone, and the answers say what is left', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    const key = await makeKey(server, { perMinute: 2 });
    const other = await makeKey(server, { perMinute: 2 });
    const first = await list(server, key);
    expect(first.headers['ratelimit-policy']).toBe('"minute";q=2;w=60');
    expect(first.headers['ratelimit']).toMatch(/^"minute";r=1;t=\d{1,2}$/);
    expect((await list(server, key)).headers['ratelimit']).toMatch(/^"minute";r=0;t=\d{1,2}$/);
    const over = await list(server, key);
    expect({ status: over.status, code: over.json['code'] }).toEqual({
      status: 429,
      code: 'TooManyRequests',
    });
    expect(over.headers['retry-after']).toMatch(/^([1-9]|[1-5]\d|60)$/);
    expect(over.headers['ratelimit']).toMatch(/^"minute";r=0;t=/);
    expect((await list(server, other)).status).toBe(200);
  });

  it('of who may not are counted too, of what everybody may have are not', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    const key = await makeKey(server, { perMinute: 1 });
    const ask = (path: string) => server.ask('GET', path, { token: key, address: elsewhere });
    expect([(await ask('me')).status, (await ask('me')).status]).toEqual([200, 200]);
    expect([(await ask('keys')).status, (await ask('models')).status]).toEqual([403, 429]);
  });

  it('of an address without a key are counted, whatever wrong keys it tries, and not on loopback', async () => {
    const anonymous = { ...none, perMinute: 2 };
    const server = await startServer({ host: '0.0.0.0', callerLimits: { anonymous } });
    const ask = async (token: string | undefined, address: string) =>
      (await server.ask('GET', 'root', { token, address })).status;
    expect(await ask(undefined, elsewhere)).toBe(200);
    expect(await ask('hvk_wrong', elsewhere)).toBe(200);
    expect(await ask('hvk_other', elsewhere)).toBe(429);
    expect(await ask(undefined, '192.168.7.21')).toBe(200);
    for (let i = 0; i < 4; i++) expect(await ask(undefined, '127.0.0.1')).toBe(200);
    expect(server.limits.snapshot()).toMatchObject([
      { subject: `address:${elsewhere}`, policy: 'perMinute', limit: 2, refused: 1 },
    ]);
  });

  it('of devices are what the server says, for each', async () => {
    const device = { ...none, perMinute: 1 };
    const server = await startServer({ host: '0.0.0.0', callerLimits: { device } });
    const tokens = await Promise.all(
      [1, 2].map(async () => (await enrolDevice(server, 'device')).token(audienceOf(server))),
    );
    for (const token of tokens) {
      expect([(await list(server, token)).status, (await list(server, token)).status]).toEqual([200, 429]);
    }
    expect((await list(server, server.key)).headers).not.toHaveProperty('ratelimit');
  });
});

describe('of a model', () => {
  const setLimits = (server: TestServer, limits: Limits) =>
    server.ask('PUT', 'models/sides/serving', {
      token: server.key,
      headers: { 'if-match': '*' },
      body: { limits },
    });

  it('all callers have one share, by each of the ways to ask it', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    await push(server, 'sides', classifier());
    expect((await setLimits(server, { ...none, perMinute: 3 })).status).toBe(200);
    const keys = await Promise.all([makeKey(server, {}), makeKey(server, {})]);
    expect((await infer(server, keys[0])).status).toBe(200);
    const byVersion = (token: string) => infer(server, token, 'sides/versions/1');
    const second = await byVersion(keys[1]);
    expect(second.status).toBe(200);
    expect(second.headers['ratelimit']).toMatch(/^"model-minute";r=1;/);
    const short = await server.ask('POST', '/predict', {
      token: keys[1],
      address: elsewhere,
      headers: { 'content-type': 'application/json' },
      body: { model: 'sides', inputs: { x: [[1, 2]] } },
    });
    expect(short.status).toBe(200);
    expect(short.headers['ratelimit']).toMatch(/^"model-minute";r=0;/);
    expect((await infer(server, keys[0])).status).toBe(429);
    expect((await byVersion(keys[1])).status).toBe(429);
    // To look at it is not to ask it.
    expect((await server.ask('GET', '/v2/models/sides', { token: keys[0], address: elsewhere })).status).toBe(
      200,
    );
    // What an admin changes holds at once.
    await setLimits(server, none);
    expect((await infer(server, keys[0])).status).toBe(200);
  });

  it('what is read of it for another one’s prediction takes nothing of its share', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    for (const model of ['sides', 'other']) await push(server, model, classifier());
    await setLimits(server, { ...none, perMinute: 1 });
    const short = await server.ask('POST', '/predict', {
      token: server.key,
      headers: { 'content-type': 'application/json' },
      body: { model: 'other', dataset: 'sides@1' },
    });
    expect([short.status, short.json['detail']]).toEqual([404, 'sides@1 came without a data set']);
    expect((await infer(server, server.key)).status).toBe(200);
  });

  it('who may not ask it takes nothing of its share', async () => {
    const server = await startServer({ host: '0.0.0.0' });
    await push(server, 'sides', classifier());
    await setLimits(server, { ...none, perMinute: 1 });
    const stranger = await makeKey(server, {}, [{ model: 'another', rights: ['predict'] }]);
    expect([(await infer(server, stranger)).status, (await infer(server, undefined)).status]).toEqual([
      403, 401,
    ]);
    expect((await infer(server, server.key)).status).toBe(200);
  });
});

describe('predictions in a day', () => {
  it('are counted where they were answered, over a restart, until midnight UTC', async () => {
    const data = temporaryFolder();
    let at = Date.parse('2026-11-26T12:00:00Z');
    const options = { data, host: '0.0.0.0', now: () => new Date(at) };
    const before = await startServer(options);
    await push(before, 'sides', classifier());
    const key = await makeKey(before, { perDay: 2 });
    expect((await infer(before, key, 'absent')).status).toBe(404);
    expect((await infer(before, key)).headers['ratelimit']).toBe('"day";r=1;t=43200');
    expect((await list(before, key)).headers).not.toHaveProperty('ratelimit');
    await before.close();

    const server = await startServer(options);
    expect((await infer(server, key)).headers['ratelimit']).toBe('"day";r=0;t=43200');
    const spent = await infer(server, key);
    expect({ status: spent.status, code: spent.json['code'] }).toEqual({ status: 429, code: 'QuotaSpent' });
    expect(spent.headers['retry-after']).toBe('43200');
    expect(server.limits.snapshot()).toMatchObject([{ policy: 'perDay', until: '2026-11-27T00:00:00.000Z' }]);
    at = Date.parse('2026-11-27T00:00:01Z');
    expect((await infer(server, key)).headers['ratelimit']).toBe('"day";r=1;t=86399');
    expect(server.limits.snapshot()).toEqual([]);
  });
});

describe('requests at a time', () => {
  async function listening(limits: Partial<Limits>) {
    const server = await startServer();
    const key = await makeKey(server, limits);
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.app.server.address() as AddressInfo;
    const headers = { host: `localhost:${port}`, authorization: `Bearer ${key}` };
    /** One whose body does not come, so that it runs for as long as is wanted. */
    const hang = async () => {
      const sent = httpRequest({
        port,
        method: 'POST',
        path: '/v2/models/sides/infer',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': '100',
          expect: '100-continue',
        },
      });
      sent.on('error', () => undefined);
      sent.flushHeaders();
      onTestFinished(() => void sent.destroy());
      await once(sent, 'continue');
      return sent;
    };
    const ask = async () => (await fetch(`http://localhost:${port}/registry/v1/models`, { headers })).status;
    return { hang, ask };
  }

  it('are given back when one is over, or broke', async () => {
    const { hang, ask } = await listening({ atOnce: 1 });
    expect([await ask(), await ask()]).toEqual([200, 200]);
    const running = await hang();
    await expect.poll(ask).toBe(429);
    running.destroy();
    await expect.poll(ask).toBe(200);
  });

  it('leave out who only listens', async () => {
    const server = await startServer();
    const key = await makeKey(server, { atOnce: 1 });
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.app.server.address() as AddressInfo;
    const headers = { authorization: `Bearer ${key}` };
    const end = new AbortController();
    onTestFinished(() => end.abort());
    const stream = await fetch(`http://localhost:${port}/registry/v1/events`, {
      headers,
      signal: end.signal,
    });
    expect(stream.status).toBe(200);
    expect((await fetch(`http://localhost:${port}/registry/v1/models`, { headers })).status).toBe(200);
  });
});
