import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { startThrottledProxy } from '../../bench/throttled-proxy.ts';
import { rawServer } from '../client/raw-server.ts';

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

it('carries every byte, in order, and counts them', async () => {
  const body = randomBytes(300_000);
  const server = await rawServer((request, response) => {
    response.end(request.method === 'POST' ? sha(request.body) : body);
  });
  const proxy = await startThrottledProxy(Number(new URL(server.url).port), {
    bitsPerSecond: 80e6,
    roundTripMs: 4,
  });
  const url = `http://127.0.0.1:${proxy.port}/`;
  const down = new Uint8Array(await (await fetch(url)).arrayBuffer());
  expect(sha(down)).toBe(sha(body));
  expect(proxy.receivedBytes()).toBeGreaterThan(body.length);
  expect(proxy.receivedBytes()).toBeLessThan(body.length + 1000);
  const answer = await fetch(url, { method: 'POST', body });
  expect(await answer.text()).toBe(sha(body));
  await proxy.close();
  await server.close();
});
