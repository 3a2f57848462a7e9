// The attacks that The Update Framework names, each tried on the command: a server whose answers are changed on the way.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../../../server/cli/io.ts';
import { memoryOf } from '../../../server/cli/known-registries.ts';
import { type RegistryMemory, TrustedRegistry } from '../../../src/client/trusted-registry.ts';
import { AdminClient } from '../../../src/client/admin.ts';
import type { Alias } from '../../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { type Envelope, readDocument, signDocument } from '../../../src/core/artifact/signature.ts';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import { commitBytes, newDevice, startServer, type TestServer } from '../support.ts';

const endings: (() => void | Promise<void>)[] = [];
let server: TestServer;
let folder: string;
let memory: RegistryMemory;
/** What stands in the way of an answer: by its path, the answer as it was. */
let tamper: (path: string, body: unknown) => unknown;
/** The same for chunks. */
let replaceBytes: (bytes: Buffer) => Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  server = await startServer({}, end => endings.unshift(end));
  await commitBytes(server, 'sides', 'one');
  await commitBytes(server, 'sides', 'two');
  await commitBytes(server, 'other', 'one');
});
afterAll(async () => {
  for (const end of endings) await end();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haversack-known-'));
  memory = memoryIn(folder)!;
  tamper = (_path, body) => body;
  replaceBytes = bytes => new Uint8Array(bytes);
  return () => rm(folder, { recursive: true, force: true });
});

function memoryIn(settings: string | undefined, url = 'https://models.example/') {
  const env = settings === undefined ? {} : { XDG_CONFIG_HOME: settings };
  return memoryOf({ env } as unknown as Io, url);
}

/** The server, asked by the client, with somebody on the line. */
const client = new AdminClient({
  baseUrl: 'http://localhost:8787',
  token: () => Promise.resolve(server.key),
  fetch: async (input, init) => {
    const { pathname } = new URL(input as string);
    const { status, bytes, headers } = await server.ask(init?.method ?? 'GET', pathname, {
      token: server.key,
      ...(typeof init?.body === 'string' ? { body: JSON.parse(init.body) as object } : {}),
    });
    const path = pathname.slice('/registry/v1'.length);
    const type = { 'content-type': String(headers['content-type']) };
    if (!/json/.test(type['content-type']))
      return new Response(replaceBytes(bytes), { status, headers: type });
    const body = tamper(path, JSON.parse(bytes.toString()));
    if (body instanceof Response) return body;
    return Response.json(body, { status, headers: type });
  },
});

const open = (keyId?: string) => TrustedRegistry.open(client, { keyId, memory });
const production = { model: 'sides', at: 'production' };

async function moveTo(version: number): Promise<void> {
  const { revision } = readDocument(await client.alias('sides', 'production'), aliasSchema);
  const headers = { 'if-match': `"${revision}"` };
  const path = 'models/sides/aliases/production';
  await server.ask('PUT', path, { token: server.key, headers, body: { version } });
}

/** As the registry itself would sign it. */
function signed(content: Readonly<Record<string, unknown>>): Promise<Envelope> {
  return signDocument(content, server.registry.identity.signer);
}

it('arbitrary content: a manifest that was changed after it was signed is refused', async () => {
  const registry = await open();
  tamper = (path, body) => {
    if (!path.includes('/versions/')) return body;
    const detail = body as VersionDetail;
    return { ...detail, manifest: { ...detail.manifest, signed: { ...detail.manifest.signed, note: 'x' } } };
  };
  await expect(registry.version('sides', 1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
});

it('arbitrary content: a chunk with other bytes, or of another size, is refused', async () => {
  const registry = await open();
  const [ref] = (await registry.version('sides', 1)).manifest.authority.file.chunks;
  const good = await client.chunk(ref!);
  for (const bad of [good.map((byte, i) => (i === 0 ? byte ^ 1 : byte)), good.subarray(1), [...good, 0]]) {
    replaceBytes = () => Uint8Array.from(bad);
    await expect(client.chunk(ref!)).rejects.toMatchObject({ code: 'ChunkInvalid' });
  }
});

it('endless data: a document that does not end is given up at its limit', async () => {
  let sent = 0;
  tamper = () =>
    new Response(
      new ReadableStream({
        pull: controller => {
          sent += 2 ** 20;
          controller.enqueue(new Uint8Array(2 ** 20).fill(0x20));
        },
      }),
      { headers: { 'content-type': 'application/json' } },
    );
  await expect(open()).rejects.toMatchObject({ code: 'TooLarge' });
  expect(sent).toBeLessThan(20 * 2 ** 20);
});

describe('rollback', () => {
  it('an alias below the revision that was seen is refused, in another process too', async () => {
    const old = await client.alias('sides', 'production');
    await moveTo(2);
    expect(await (await open()).resolve(production)).toBe(2);
    tamper = (path, body) => (path.endsWith('/production') ? old : body);
    await expect((await open()).resolve(production)).rejects.toMatchObject({ code: 'Rollback' });
  });

  it('an operator’s way back is a higher revision, and is followed', async () => {
    await moveTo(2);
    expect(await (await open()).resolve(production)).toBe(2);
    await moveTo(1);
    expect(await (await open()).resolve(production)).toBe(1);
  });

  it('an alias that was there, and is said not to be, does not give way to the newest version', async () => {
    const model = { model: 'sides', at: null };
    const gone = (path: string, body: unknown) =>
      path.endsWith('/production')
        ? Response.json(
            { type: 'about:blank', title: '', status: 404, detail: 'gone', code: 'NotFound', error: 'gone' },
            { status: 404 },
          )
        : body;
    tamper = gone;
    expect(await (await open()).resolve(model)).toBe(2);
    tamper = (_path, body) => body;
    await (await open()).resolve(model);
    tamper = gone;
    await expect((await open()).resolve(model)).rejects.toMatchObject({ code: 'NotFound' });
  });
});

it('freeze: an alias past its time is believed with a warning', async () => {
  const content = (await client.alias('sides', 'production')).signed as unknown as Alias;
  const old = await signed({
    ...content,
    issuedAt: '2020-01-01T00:00:00.000Z',
    expiresAt: '2020-01-08T00:00:00.000Z',
  });
  tamper = (path, body) => (path.endsWith('/production') ? old : body);
  const warnings: string[] = [];
  const warn = (line: string) => warnings.push(line);
  const registry = await TrustedRegistry.open(client, { memory, warn });
  expect(await registry.resolve(production)).toBe(content.version);
  expect(warnings).toEqual([expect.stringContaining('2020-01-01')]);
});

describe('mix and match', () => {
  it('a manifest of another version or model is refused', async () => {
    const registry = await open();
    for (const other of [await client.version('sides', 2), await client.version('other', 1)]) {
      tamper = (path, body) => (path.includes('/versions/') ? other : body);
      await expect(registry.version('sides', 1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
    }
  });

  it('an alias of another model is refused', async () => {
    const other = await client.alias('other', 'production');
    tamper = (path, body) => (path.endsWith('/production') ? other : body);
    await expect((await open()).resolve(production)).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });

  it('a variant of another version is refused', async () => {
    const registry = await open();
    const { digest } = await registry.version('sides', 2);
    const { manifest } = await registry.version('sides', 1);
    const stray = await signed({
      type: 'variant',
      formatVersion: 1,
      model: 'sides',
      version: 1,
      versionDigest: digest,
      variant: 'int8',
      recipe: { kind: 'quantize-weights' },
      runtime: 'none',
      pinnedTo: null,
      file: manifest.authority.file,
      evaluations: [],
      createdAt: manifest.createdAt,
    });
    tamper = (path, body) =>
      path.includes('/versions/') ? { ...(body as VersionDetail), variants: [stray] } : body;
    await expect(registry.version('sides', 1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });
});

describe('wrong key', () => {
  it('another registry at the address is refused; trusted anew, it must be forgotten first', async () => {
    await open();
    const stranger = await newDevice();
    const root = await signDocument(
      {
        ...(await client.root()).signed,
        keys: [{ keyId: stranger.keyId, publicKey: stranger.publicKey }],
      },
      stranger,
    );
    tamper = (path, body) => (path === '/root' ? root : body);
    await expect(open()).rejects.toMatchObject({ code: 'KeyChanged' });
    await rm(folder, { recursive: true });
    await open();
  });

  it('with --registry-key another is refused at first sight, and not remembered', async () => {
    await expect(open('f'.repeat(64))).rejects.toMatchObject({ code: 'KeyChanged' });
    expect(await memory.recall()).toBeNull();
  });

  it('what was signed with another key is refused', async () => {
    const registry = await open();
    const detail = await client.version('sides', 1);
    const manifest = await signDocument(detail.manifest.signed, await newDevice());
    tamper = (path, body) => (path.includes('/versions/') ? { ...detail, manifest } : body);
    await expect(registry.version('sides', 1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });
});

describe('key rotation', () => {
  it('is followed over every key in between, and a new one that the last did not sign is not', async () => {
    await open();
    for (let i = 0; i < 3; i += 1) await client.rotateRegistryKey({ former: 'forget' });
    const registry = await open();
    expect((await registry.version('sides', 1)).manifest.version).toBe(1);
    const stranger = await newDevice();
    const { signed: content } = await client.root();
    const keys = [{ keyId: stranger.keyId, publicKey: stranger.publicKey }];
    const forged = await signDocument({ ...content, revision: 5, keys }, stranger);
    tamper = (path, body) => (path === '/root' ? forged : body);
    await expect(open()).rejects.toMatchObject({ code: 'KeyChanged' });
  });

  it('does not go back to a root that was seen before', async () => {
    const old = await client.root();
    await client.rotateRegistryKey({});
    await open();
    tamper = (path, body) => (path === '/root' ? old : body);
    await expect(open()).rejects.toMatchObject({ code: 'Rollback' });
  });
});

describe('what is remembered', () => {
  it('is one file a registry, in the user’s folder for settings; without one, nothing', async () => {
    expect(memoryIn(undefined)).toBeNull();
    await open();
    await memoryIn(folder, 'https://other.example/')!.rememberRoot(await client.root());
    expect(await readdir(join(folder, 'haversack', 'registries'))).toHaveLength(2);
    expect(await memory.recall()).toMatchObject({ url: 'https://models.example/' });
  });

  it('is not taken for absent where it is damaged', async () => {
    await open();
    const [file] = await readdir(join(folder, 'haversack', 'registries'));
    await writeFile(join(folder, 'haversack', 'registries', file!), '{');
    await expect(open()).rejects.toMatchObject({ code: 'DocumentInvalid' });
  });
});
