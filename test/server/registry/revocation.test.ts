import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdminClient } from '../../../src/client/admin.ts';
import { classifier, makeCandidate, push } from '../models.ts';
import { audienceOf, enrolDevice, setDevice, startServer, type TestServer } from '../support.ts';
import { sha256 } from '../../../src/core/artifact/digest.ts';

afterEach(() => {
  vi.useRealTimers();
});

async function listening(server: TestServer): Promise<string> {
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
}

/** Opens the stream of news; `ended` resolves when the server ends it. */
async function listen(url: string, token: string): Promise<{ ended: Promise<void> }> {
  const client = new AdminClient({ baseUrl: url, token: () => Promise.resolve(token) });
  return new Promise((resolve, reject) => {
    const ended = client.events({
      signal: new AbortController().signal,
      onOpen: () => resolve({ ended }),
      onEvent: () => undefined,
    });
    ended.catch(reject);
  });
}

describe('a stream of news that is open', () => {
  // No heartbeat comes by itself: what ends a stream is the revocation.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });

  it('ends when its device is revoked, and is not opened again', async () => {
    const server = await startServer();
    const url = await listening(server);
    const device = await enrolDevice(server, 'device');
    const token = await device.token(audienceOf(server));
    const { ended } = await listen(url, token);
    await setDevice(server, device.keyId, { status: 'revoked', role: null });
    await ended;
    await expect(listen(url, token)).rejects.toMatchObject({ code: 'Unauthorized' });
  });

  it('is one of so many of one caller, so that there is room for others', async () => {
    const server = await startServer();
    const url = await listening(server);
    const admin = new AdminClient({ baseUrl: url, token: () => Promise.resolve(server.key) });
    const { key } = await admin.createKey({ name: 'greedy', role: 'device' });
    const open = await Promise.all(Array.from({ length: 100 }, () => listen(url, key)));
    await expect(listen(url, key)).rejects.toMatchObject({ code: 'TooManyRequests' });
    await listen(url, server.key);
    await server.close();
    await Promise.all(open.map(({ ended }) => ended));
  });

  it('ends when its access key is revoked, and goes on for the others', async () => {
    const server = await startServer();
    const url = await listening(server);
    const admin = new AdminClient({ baseUrl: url, token: () => Promise.resolve(server.key) });
    const [one, other] = [
      await admin.createKey({ name: 'one', role: 'device' }),
      await admin.createKey({ name: 'other', role: 'device' }),
    ];
    const { listeners } = server.registry.events;
    const [first, second] = [await listen(url, one.key), await listen(url, other.key)];
    await admin.revokeKey(one.id);
    await first.ended;
    await expect.poll(() => server.registry.events.listeners).toBe(listeners + 1);
    await admin.revokeKey(other.id);
    await second.ended;
  });

  it('ends when its access key comes to its end', async () => {
    let now = Date.now();
    const server = await startServer({ now: () => new Date(now) });
    const url = await listening(server);
    const { json } = await server.ask('POST', 'keys', {
      token: server.key,
      body: { name: 'guest', role: 'device', days: 1 },
    });
    const { ended } = await listen(url, json['key'] as string);
    now += 24 * 60 * 60 * 1000;
    vi.advanceTimersByTime(15_000);
    await ended;
  });
});

describe('an upload that is under way', () => {
  it('is refused when its device is revoked before the last byte', async () => {
    let looksAtTheClock = 0;
    const server = await startServer({
      now: () => {
        looksAtTheClock += 1;
        return new Date();
      },
    });
    const url = await listening(server);
    const device = await enrolDevice(server, 'trainer');
    const chunk = Buffer.from('a chunk in two parts');
    const digest = await sha256(new Uint8Array(chunk));
    const upload = request(`${url}/registry/v1/chunks/${digest}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${await device.token(audienceOf(server))}`,
        'content-type': 'application/octet-stream',
        'content-length': chunk.length,
      },
    });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      upload.on('response', response => resolve(response.resume().statusCode)).on('error', reject);
    });
    looksAtTheClock = 0;
    upload.write(chunk.subarray(0, 7));
    // The gate looks for the token's sake, and once more to note whom it has let in.
    await expect.poll(() => looksAtTheClock, { timeout: 20_000 }).toBe(2);
    await setDevice(server, device.keyId, { status: 'revoked', role: null });
    upload.end(chunk.subarray(7));
    expect(await answered).toBe(401);
    expect(await server.registry.blobs.has(digest)).toBe(false);
  });

  it('becomes no version when its access key is revoked while the file is looked into', async () => {
    const server = await startServer();
    const { json } = await server.ask('POST', 'keys', {
      token: server.key,
      body: { name: 'desk', role: 'admin' },
    });
    const { checker } = server.registry;
    const check = checker.check.bind(checker);
    vi.spyOn(checker, 'check').mockImplementation(async job => {
      const found = await check(job);
      await server.ask('DELETE', `keys/${String(json['id'])}`, { token: server.key });
      return found;
    });
    const body = Buffer.from(classifier());
    const answer = await server.ask('PUT', 'models/sides/file', { token: String(json['key']), body });
    expect(answer.status).toBe(401);
    expect((await server.ask('GET', 'models')).json['models']).toEqual([]);
  });

  it('becomes no version when its device is revoked while the candidate is looked into', async () => {
    const server = await startServer();
    const file = classifier();
    const detail = await push(server, 'sides', file);
    const device = await enrolDevice(server, 'trainer');
    const token = await device.token(audienceOf(server));
    const candidate = await makeCandidate(server, device, token, { detail, file });
    const { checker } = server.registry;
    const check = checker.check.bind(checker);
    vi.spyOn(checker, 'check').mockImplementation(async job => {
      const found = await check(job);
      await setDevice(server, device.keyId, { status: 'revoked', role: null });
      return found;
    });
    expect((await server.ask('POST', 'candidates', { token, body: candidate })).status).toBe(403);
    expect((await server.ask('GET', 'models/sides/versions/2')).status).toBe(404);
  });
});

it('a revocation takes a device’s own grants too: let in again, it has what it is given then', async () => {
  const server = await startServer();
  const device = await enrolDevice(server, 'device');
  const change = (body: object) =>
    server.ask('PATCH', `devices/${device.keyId}`, { token: server.key, body });
  const grants = [{ model: '*', rights: ['admin'] }];
  expect((await change({ grants })).json).toMatchObject({ grants });
  expect((await change({ status: 'revoked' })).json).toMatchObject({ role: null, grants: null });
  expect((await change({ status: 'approved', role: 'device' })).json).toMatchObject({ grants: null });
  const token = await device.token(audienceOf(server));
  expect((await server.ask('GET', 'keys', { token })).status).toBe(403);
});
