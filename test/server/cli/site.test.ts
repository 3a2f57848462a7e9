import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSite } from '../../../server/cli/site.ts';
import { detectingFetch, fileOf, folderFetch } from '../../../src/client/folder-registry.ts';
import { TrustedRegistry } from '../../../src/client/trusted-registry.ts';
import { RegistryClient } from '../../../src/client/registry.ts';
import { haversack, startedServer } from './captured.ts';
import { smallModel } from './models.ts';
import { hostFolder, type StaticHost } from './static-host.ts';

let server: Awaited<ReturnType<typeof startedServer>>;
let host: StaticHost;
let folder: string;
const call = (args: readonly string[], url = server.url) =>
  haversack(server.folder, args, { env: { HAVERSACK_URL: url } });

async function write() {
  const client = new RegistryClient({ baseUrl: server.url });
  return writeSite({
    client,
    openRegistry: () => TrustedRegistry.open(client),
    folder,
    models: null,
    onlyAliased: false,
    appFolder: null,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
}

beforeAll(async () => {
  server = await startedServer();
  await writeFile(join(server.folder, 'v1.onnx'), smallModel({}));
  await writeFile(join(server.folder, 'v2.onnx'), smallModel({ head: 2 }));
  expect((await call(['push', 'v1.onnx', '--model', 'small'])).code).toBe(0);
  expect((await call(['push', 'v2.onnx', '--model', 'small'])).code).toBe(0);
  await server.derived();
  folder = join(server.folder, 'site');
  await mkdir(folder);
  host = await hostFolder(folder);
});
afterAll(async () => {
  await host.close();
  await server.close();
});

describe('a registry that is a folder', () => {
  it('holds every version, and is brought up to date by what is new', async () => {
    const first = await write();
    expect(first).toMatchObject({ models: 1, versions: 2 });
    expect(first.writtenBytes).toBe(first.bytes);
    expect(await write()).toEqual({ ...first, writtenBytes: 0 });
  });

  it('is pulled from by its address, without saying that it is one', async () => {
    const pulled = await call(['pull', 'small@2', '--out', 'pulled.onnx', '--json'], host.url);
    expect(pulled.err).toBe('');
    expect(JSON.parse(pulled.out)).toMatchObject({ model: 'small', version: 2 });
    expect(await readFile(join(server.folder, 'pulled.onnx'))).toEqual(Buffer.from(smallModel({ head: 2 })));
    const byAlias = await call(['pull', 'small', '--out', 'production.onnx', '--json'], host.url);
    expect(JSON.parse(byAlias.out)).toMatchObject({ version: 1 });
  });

  it('says of what it cannot do that it is a folder', async () => {
    const pushed = await call(['push', 'v1.onnx', '--model', 'other', '--key', 'hvs_x'], host.url);
    expect(pushed.code).toBe(1);
    expect(pushed.err).toContain('a folder of files');
  });

  it('is written by one command', async () => {
    const made = await call(['export', '--site', 'other', '--no-app', '--aliased', '--json']);
    expect(made.err).toBe('');
    // Only `production` points at a version.
    expect(JSON.parse(made.out)).toMatchObject({ models: 1, versions: 1 });
    expect((await call(['export'])).code).toBe(2);
  });

  it('is looked through at its address', async () => {
    const found = await call(['verify', '--url', host.url, '--json']);
    expect(found.err).toBe('');
    expect(JSON.parse(found.out)).toMatchObject({ versions: 2, bad: [] });
  });

  it('is not believed where a chunk was changed', async () => {
    const chunks = join(folder, 'registry/v1/chunks');
    const [name] = await readdir(chunks);
    const whole = await readFile(join(chunks, name!));
    await writeFile(
      join(chunks, name!),
      whole.map((byte, i) => (i === 0 ? byte ^ 1 : byte)),
    );
    const results = await Promise.all(
      ['small@1', 'small@2'].map(model => call(['pull', model, '--out', `${model}.onnx`], host.url)),
    );
    expect(results.map(({ code }) => code)).toContain(1);
    expect(results.map(({ err }) => err).join('')).toContain('digest');
    const found = await call(['verify', '--url', host.url, '--json']);
    expect(found.code).toBe(1);
    expect((JSON.parse(found.out) as { bad: string[] }).bad.join()).toContain('ChunkInvalid');
    await writeFile(join(chunks, name!), whole);
  });

  it('keeps models apart whose names look like files', () => {
    expect(fileOf('/models/digits')).toBe('/models/digits/index.json');
    expect(fileOf('/models/digits.json/versions/1')).toBe('/models/digits.json/versions/1.json');
    expect(fileOf('/devices')).toBeNull();
    expect(fileOf('/chunks/../../etc')).toBeNull();
  });
});

describe('whoever asks an address', () => {
  const root = new Response(JSON.stringify({ signed: {}, signatures: [] }), {
    headers: { 'content-type': 'application/json' },
  });
  const urlOf = (input: RequestInfo | URL) => new Request(input).url;
  const missing = () => new Response('<h1>Not found</h1>', { status: 404 });

  it('takes a server for one at its first answer, and asks nothing twice', async () => {
    const asked: string[] = [];
    const fetch = detectingFetch(input => {
      asked.push(urlOf(input));
      return Promise.resolve(root.clone());
    });
    await fetch('https://a.test/registry/v1/root');
    await fetch('https://a.test/registry/v1/models');
    expect(asked).toEqual(['https://a.test/registry/v1/root', 'https://a.test/registry/v1/models']);
  });

  it('finds a folder below any path of a host', async () => {
    const asked: string[] = [];
    const fetch = detectingFetch(input => {
      asked.push(urlOf(input));
      return Promise.resolve(urlOf(input).endsWith('.json') ? root.clone() : missing());
    });
    const answer = await fetch('https://a.test/field/registry/v1/root');
    expect(answer.ok).toBe(true);
    expect(asked.at(-1)).toBe('https://a.test/field/registry/v1/root.json');
  });

  it('is told what the host said where neither is there', async () => {
    const fetch = detectingFetch(() => Promise.resolve(missing()));
    expect((await fetch('https://a.test/registry/v1/root')).status).toBe(404);
  });

  it('hears from a folder that nobody is known to it, and that it sends no events', async () => {
    const fetch = folderFetch(() => Promise.reject(new Error('not to be asked')));
    expect(await (await fetch('https://a.test/registry/v1/me')).json()).toMatchObject({ openReads: true });
    await expect(fetch('https://a.test/registry/v1/events')).rejects.toThrow(TypeError);
    const batch = await fetch('https://a.test/registry/v1/chunks/batch', { method: 'POST' });
    expect(batch.status).toBe(404);
    const sent = await fetch('https://a.test/registry/v1/candidates', { method: 'POST' });
    expect(sent.status).toBe(503);
  });
});
