import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AdminClient } from '../../src/client/admin.ts';
import type { RegistryEvent } from '../../src/core/artifact/registry-api.ts';
import { classifier, push } from './models.ts';
import { audienceOf, commitBytes, enrolDevice, setDevice, startServer, temporaryFolder } from './support.ts';

async function listening(server: Awaited<ReturnType<typeof startServer>>): Promise<string> {
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(server.app.server.address() as { port: number }).port}`;
}

describe('events', () => {
  it('arrive after the commit, in order', async () => {
    const server = await startServer();
    // The server's own parts listen too.
    const own = server.registry.events.listeners;
    const client = new AdminClient({ baseUrl: await listening(server) });
    const news: RegistryEvent[] = [];
    const end = new AbortController();
    const open = new Promise<void>(resolve => {
      void client.events({ signal: end.signal, onEvent: event => news.push(event), onOpen: resolve });
    });
    await open;
    await commitBytes(server, 'sides', 'one');
    while (news.length < 2) await sleep(5);
    expect(news).toEqual([
      { type: 'version', model: 'sides', version: 1 },
      { type: 'alias', model: 'sides', alias: 'production', version: 1, revision: 1 },
    ]);
    expect(server.registry.events.listeners).toBe(own + 1);
    end.abort();
    while (server.registry.events.listeners > own) await sleep(5);
  });

  it('of keys are for admins', async () => {
    const server = await startServer();
    const device = await enrolDevice(server, 'device');
    const baseUrl = await listening(server);
    const own = server.registry.events.listeners;
    const hear = (token: () => Promise<string>) => {
      const heard: RegistryEvent['type'][] = [];
      const end = new AbortController();
      void new AdminClient({ baseUrl, token }).events({
        signal: end.signal,
        onEvent: ({ type }) => heard.push(type),
        onOpen: () => undefined,
      });
      onTestFinished(() => end.abort());
      return heard;
    };
    const [other, admin] = [hear(() => device.token(audienceOf(server))), hear(async () => server.key)];
    while (server.registry.events.listeners < own + 2) await sleep(5);
    const { json } = await server.ask('POST', 'keys', {
      token: server.key,
      body: { name: 'one', role: 'device' },
    });
    await server.ask('DELETE', `keys/${String(json['id'])}`, { token: server.key });
    server.registry.events.publish({ type: 'root', revision: 2 });
    while (!other.includes('root') || !admin.includes('root')) await sleep(5);
    expect([other, admin]).toEqual([['root'], ['key', 'root']]);
  });

  it('end for a device whose rights change, and when the server stops', async () => {
    const server = await startServer();
    const own = server.registry.events.listeners;
    const device = await enrolDevice(server, 'device');
    const baseUrl = await listening(server);
    const client = new AdminClient({ baseUrl, token: () => device.token(audienceOf(server)) });
    const listen = async () => {
      let opened: () => void = () => undefined;
      const open = new Promise<void>(resolve => (opened = resolve));
      const signal = new AbortController().signal;
      const ended = client.events({ signal, onEvent: () => undefined, onOpen: opened });
      await Promise.race([open, ended]);
      return ended;
    };
    const first = listen();
    while (server.registry.events.listeners <= own) await sleep(5);
    await setDevice(server, device.keyId, { status: 'approved', role: 'trainer' });
    await first;
    const second = listen();
    while (server.registry.events.listeners <= own) await sleep(5);
    await server.close();
    await second;
  });
});

describe('predictions', () => {
  it('are answered by what production points at, over the Open Inference Protocol', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier());
    const body = { inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 0] }] };
    const answer = await server.ask('POST', '/v2/models/sides/infer', { body });
    expect(answer.status).toBe(200);
    const [output] = answer.json['outputs'] as { name: string; data: number[] }[];
    expect(output!.name).toBe('probabilities');
    expect(output!.data[1]).toBeGreaterThan(output!.data[0]!);
    const wrong = await server.ask('POST', '/v2/models/absent/infer', { body });
    expect(wrong.status).toBe(404);
    expect(wrong.headers['content-type']).toContain('application/problem+json');
    expect(wrong.json).toMatchObject({ code: 'NotFound', status: 404 });
    expect(typeof wrong.json['error']).toBe('string');
  });
});

describe('the app', () => {
  function builtApp(): string {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html>shell');
    writeFileSync(join(folder, 'sw.js'), '//');
    writeFileSync(join(folder, 'assets/a-1.js'), 'plain');
    writeFileSync(join(folder, 'assets/a-1.js.br'), 'brotli');
    writeFileSync(join(folder, 'assets/a-1.js.gz'), 'gzip');
    return folder;
  }
  const page = { headers: { accept: 'text/html,*/*' } };

  it('is index.html at every address of it, but not at the API’s', async () => {
    const server = await startServer({ appFolder: builtApp() });
    for (const path of ['/', '/library', '/models/iris@2']) {
      const answer = await server.ask('GET', path, page);
      expect({ path, status: answer.status, text: answer.bytes.toString() }).toEqual({
        path,
        status: 200,
        text: '<!doctype html>shell',
      });
      expect(answer.headers['cache-control']).toBe('no-cache');
    }
    for (const path of ['/registry/v1/absent', '/v2/absent', '/registry/v1/models/absent']) {
      expect((await server.ask('GET', path, page)).status).toBe(404);
    }
    expect((await server.ask('GET', '/assets/absent.js')).status).toBe(404);
    expect((await server.ask('GET', '/../package.json')).status).not.toBe(200);
  });

  it('is kept for ever where its name has a hash, asked for anew where not, and sent compressed', async () => {
    const server = await startServer({ appFolder: builtApp() });
    const asset = await server.ask('GET', '/assets/a-1.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(asset.headers['content-encoding']).toBe('br');
    expect(asset.bytes.toString()).toBe('brotli');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(asset.headers['vary']).toMatch(/accept-encoding/i);
    expect(asset.headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect((await server.ask('GET', '/assets/a-1.js')).bytes.toString()).toBe('plain');
    const worker = await server.ask('GET', '/sw.js');
    expect(worker.headers['cache-control']).toBe('no-cache');
    expect(worker.headers['content-type']).toMatch(/javascript/);
  });
});
