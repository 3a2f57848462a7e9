import { expect, test } from 'vitest';
import { detectingFetch } from '../../src/client/folder-registry.ts';
import { registryRoot } from '../../src/core/artifact/registry-api.ts';

const base = `https://host.test${registryRoot}`;

test('a line that breaks while it is found out who answers does not decide it', async () => {
  let isDown = true;
  const asked: string[] = [];
  const host: typeof fetch = input => {
    const url = input instanceof Request ? input.url : String(input);
    asked.push(url);
    if (url !== `${base}/root.json`) return Promise.resolve(new Response('none', { status: 404 }));
    if (isDown) return Promise.reject(new TypeError('network error'));
    return Promise.resolve(Response.json({ signed: {}, signatures: [] }));
  };
  const detecting = detectingFetch(host);
  await expect(detecting(`${base}/root`)).rejects.toThrow('network error');
  isDown = false;
  expect((await detecting(`${base}/root`)).status).toBe(200);
  expect(asked.at(-1)).toBe(`${base}/root.json`);
});
