// What is decided in one place holds on every front: limits to the last request, revocation at the next one, and nobody looks
// local who is not.
import { isIPv4 } from 'node:net';
import { PassThrough } from 'node:stream';
import { Client } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { machineAddresses } from '../../../server/gateway/origin.ts';
import type { Limits } from '../../../src/core/artifact/grant.ts';
import { ask, askJson, type Cluster, eachFront, fronts, irisLike, until } from './cluster.ts';

const infer = '/v2/models/sides/infer';
const none: Limits = { perMinute: null, atOnce: null, perDay: null };

export function describeLimits(cluster: () => Cluster): void {
  const makeKey = async (client: Client, limits: Partial<Limits> = {}) => {
    const body = { name: 'test', role: 'device', limits: { ...none, ...limits } };
    const { status, bytes } = await askJson(client, 'POST', '/registry/v1/keys', {
      token: cluster().key,
      body,
    });
    expect(status).toBe(201);
    return JSON.parse(bytes.toString()) as { id: string; key: string };
  };

  describe('limits, over all fronts', () => {
    it('let as many requests in a minute through as they say, whichever front takes them', async () => {
      const clients = await eachFront(cluster());
      const { key: token } = await makeKey(clients[0]!, { perMinute: 60 });
      const statuses = await Promise.all(
        clients.map(async client => {
          const own: number[] = [];
          for (let nth = 0; nth < 30; nth++) {
            own.push((await askJson(client, 'POST', infer, { token, body: irisLike })).status);
          }
          return own;
        }),
      );
      const count = (status: number) => statuses.flat().filter(each => each === status).length;
      expect([count(200), count(429)]).toEqual([60, 30 * fronts - 60]);
      // What a front passes on is counted with it.
      const over = await ask(clients[1]!, 'GET', '/registry/v1/models', { token });
      expect([over.status, over.headers['ratelimit']]).toEqual([
        429,
        expect.stringMatching(/^"minute";r=0;t=/),
      ]);
    });

    it('let so many be under way at a time, and give the place back when an answer is out', async () => {
      const clients = await eachFront(cluster());
      const { key: token } = await makeKey(clients[0]!, { atOnce: 2 });
      const third = () => askJson(clients[2]!, 'POST', infer, { token, body: irisLike });
      const first = holdOpen(clients[0]!, token);
      await until(async () => (await third()).headers['ratelimit'] === '"at-once";r=0');
      let second = holdOpen(clients[1]!, token);
      let refused = await third();
      while (refused.status !== 429) {
        // The third was in its way.
        if (second.isOver) second = holdOpen(clients[1]!, token);
        refused = await third();
      }
      expect(refused.headers['ratelimit-policy']).toBe('"at-once";q=2;qu="concurrent-requests"');
      first.finish();
      expect(await first.status).toBe(200);
      await until(async () => (await third()).status === 200);
      second.finish();
      expect(await second.status).toBe(200);
    });

    it('refuse a revoked key on every front at its next request', async () => {
      const clients = await eachFront(cluster());
      const { id, key: token } = await makeKey(clients[0]!);
      const statuses = () =>
        Promise.all(
          clients.map(
            async client => (await askJson(client, 'POST', infer, { token, body: irisLike })).status,
          ),
        );
      expect(await statuses()).toEqual([200, 200, 200]);
      // One is under way, and its body is not there yet.
      const held = holdOpen(clients[2]!, token);
      await ask(clients[0]!, 'DELETE', `/registry/v1/keys/${id}`, { token: cluster().key });
      held.finish();
      expect(await held.status).toBe(401);
      expect(await statuses()).toEqual([401, 401, 401]);
    });
  });

  describe('where a request comes from, behind fronts', () => {
    it('is what the front saw, whatever the request says', async context => {
      const address = machineAddresses().find(isIPv4);
      if (address === undefined) return context.skip('this machine has no address but loopback');
      const client = new Client(`http://${address}:${cluster().port}`);
      onTestFinished(() => client.destroy());
      for (const forged of [
        {},
        { 'haversack-from': '127.0.0.1' },
        { 'Haversack-From': '::1', host: 'localhost' },
      ]) {
        const headers = { ...forged };
        expect((await ask(client, 'GET', '/registry/v1/models', { headers })).status).toBe(401);
        expect((await askJson(client, 'POST', infer, { headers, body: irisLike })).status).toBe(401);
      }
      const here = new Client(cluster().url);
      onTestFinished(() => here.destroy());
      expect((await ask(here, 'GET', '/registry/v1/models')).status).toBe(200);
      expect((await askJson(here, 'POST', infer, { body: irisLike })).status).toBe(200);
    });

    it('lets nobody write whose page is from elsewhere, and answers to its own names only', async () => {
      const client = new Client(cluster().url);
      onTestFinished(() => client.destroy());
      const asked = { token: cluster().key, body: irisLike };
      const elsewhere = { ...asked, headers: { origin: 'https://evil.example' } };
      expect((await askJson(client, 'POST', infer, elsewhere)).status).toBe(403);
      const rebound = { ...asked, headers: { host: 'evil.example' } };
      expect((await askJson(client, 'POST', infer, rebound)).status).toBe(403);
    });
  });

  describe('what is told of it', () => {
    it('is of all fronts together', async () => {
      const clients = await eachFront(cluster());
      const read = async () => {
        const { bytes } = await ask(clients[0]!, 'GET', '/metrics');
        const line =
          /^haversack_http_requests_total\{method="POST",route="\/v2\/models\/:model\/infer",status="404"\} (\d+)/m;
        return Number(line.exec(bytes.toString())?.[1] ?? 0);
      };
      const before = await read();
      for (const client of clients) {
        for (let nth = 0; nth < 5; nth++) {
          expect(
            (await askJson(client, 'POST', '/v2/models/not-here/infer', { body: irisLike })).status,
          ).toBe(404);
        }
      }
      await until(async () => (await read()) === before + 5 * fronts);
      const { bytes } = await ask(clients[0]!, 'GET', '/registry/v1/live', { token: cluster().key });
      expect(JSON.parse(bytes.toString())).toMatchObject({ http: { refusedPerSecond: expect.any(Number) } });
    });
  });
}

/** A request whose body is yet to come. */
function holdOpen(client: Client, token: string) {
  const bytes = Buffer.from(JSON.stringify(irisLike));
  const body = new PassThrough();
  body.write(bytes.subarray(0, 1));
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': String(bytes.length),
  };
  const held = { isOver: false, finish: () => void body.end(bytes.subarray(1)), status: Promise.resolve(0) };
  held.status = client.request({ method: 'POST', path: infer, headers, body }).then(async answer => {
    await answer.body.dump();
    held.isOver = true;
    return answer.statusCode;
  });
  return held;
}
