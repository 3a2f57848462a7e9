import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/artifact/digest.ts';
import type { RegistryEvent } from '../../src/core/artifact/registry-api.ts';
import { type Envelope, envelopeDigest } from '../../src/core/artifact/signature.ts';
import { AdminClient } from '../../src/client/admin.ts';
import { rawServer, type RawServer, type Received, rejection, sendJson } from './raw-server.ts';

let server: RawServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serving(handle: (request: Received, response: ServerResponse) => void) {
  server = await rawServer(handle);
  return { server, client: new AdminClient({ baseUrl: server.url }) };
}

const envelope: Envelope = {
  signed: { type: 'candidate', added: 'later' },
  signatures: [{ keyId: 'a'.repeat(64), signature: 'A'.repeat(86) }],
};

describe('chunks', () => {
  const bytes = Uint8Array.from({ length: 3000 }, (_, i) => i % 251);

  it('arrive whole and verified', async () => {
    const { client } = await serving((_, response) => response.end(bytes));
    const ref = { digest: await sha256(bytes), bytes: bytes.length };
    expect(await client.chunk(ref)).toEqual(bytes);
  });

  it('are refused when their bytes are others', async () => {
    const { client } = await serving((_, response) => response.end(bytes.map(byte => byte ^ 1)));
    const ref = { digest: await sha256(bytes), bytes: bytes.length };
    expect(await rejection(client.chunk(ref))).toMatchObject({ code: 'ChunkInvalid' });
  });

  it('are refused when they end early', async () => {
    const { client } = await serving((_, response) => response.end(bytes.subarray(0, 2999)));
    const ref = { digest: await sha256(bytes), bytes: bytes.length };
    expect(await rejection(client.chunk(ref))).toMatchObject({
      code: 'ChunkInvalid',
      detail: expect.stringContaining('2999 bytes, wanted 3000'),
    });
  });

  it('end an endless answer at the first byte too many', async () => {
    let closed: Promise<void> | undefined;
    const { client } = await serving((_, response) => {
      const timer = setInterval(() => response.write(bytes), 1);
      closed = new Promise(resolve =>
        response.on('close', () => {
          clearInterval(timer);
          resolve();
        }),
      );
    });
    const ref = { digest: await sha256(bytes), bytes: bytes.length };
    expect(await rejection(client.chunk(ref))).toMatchObject({ code: 'ChunkInvalid' });
    await closed;
  });

  it('are Offline when the connection breaks half-way', async () => {
    const { client } = await serving((_, response) => {
      response.writeHead(200, { 'content-length': '3000' });
      response.write(bytes.subarray(0, 1000), () => response.destroy());
    });
    const ref = { digest: await sha256(bytes), bytes: bytes.length };
    expect(await rejection(client.chunk(ref))).toMatchObject({ code: 'Offline' });
  });

  it('stop when the caller stops', async () => {
    const { client } = await serving((_, response) => response.writeHead(200).write('x'));
    const stop = new AbortController();
    const pending = rejection(
      client.chunk({ digest: await sha256(bytes), bytes: bytes.length }, stop.signal),
    );
    setTimeout(() => stop.abort(), 20);
    expect(await pending).toMatchObject({ code: 'Aborted' });
  });
});

describe('the list of models', () => {
  it('comes with its ETag, and as null where it did not change', async () => {
    const { client } = await serving(({ headers }, response) => {
      if (headers['if-none-match'] === '"7"') response.writeHead(304, { etag: '"7"' }).end();
      else sendJson(response, { models: [] }, 200, { etag: '"7"' });
    });
    expect(await client.models()).toEqual({ models: [], etag: '"7"' });
    expect(await client.models({ etag: '"7"' })).toEqual({ models: null, etag: '"7"' });
  });

  it('is refused where it has another form', async () => {
    const { client } = await serving((_, response) => sendJson(response, { models: [{ model: 'UPPER' }] }));
    expect(await rejection(client.models())).toMatchObject({ code: 'DocumentInvalid' });
  });

  it('is Offline behind a portal that answers with a page of its own', async () => {
    const { client } = await serving((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>'),
    );
    expect(await rejection(client.models())).toMatchObject({ code: 'Offline' });
  });
});

describe('the key', () => {
  it('is asked for before each request', async () => {
    const { server } = await serving((_, response) => sendJson(response, { devices: [] }));
    const keys = ['one', 'two'];
    const client = new AdminClient({
      baseUrl: `${server.url}/`,
      token: () => Promise.resolve(keys.shift() ?? null),
    });
    await client.devices();
    await client.devices();
    await client.devices();
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer one',
      'Bearer two',
      undefined,
    ]);
    expect(server.received[0]?.url).toBe('/registry/v1/devices');
  });

  it('never follows a redirect', async () => {
    const elsewhere = await rawServer((_, response) => sendJson(response, { devices: [] }));
    const { server } = await serving((_, response) =>
      response.writeHead(307, { location: `${elsewhere.url}/registry/v1/devices` }).end(),
    );
    const client = new AdminClient({ baseUrl: server.url, token: () => Promise.resolve('secret') });
    expect(await rejection(client.devices())).toMatchObject({ code: 'Offline' });
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });
});

describe('a failure', () => {
  it('is Offline where nothing listens', async () => {
    const { server, client } = await serving(() => undefined);
    await server.close();
    expect(await rejection(client.root())).toMatchObject({ code: 'Offline' });
  });

  it('keeps the code and the detail of the problem', async () => {
    const { client } = await serving((_, response) =>
      sendJson(
        response,
        {
          type: '/docs/errors#ChunkMissing',
          title: 't',
          status: 409,
          detail: '3 chunks',
          code: 'ChunkMissing',
          error: 'e',
        },
        409,
        { 'content-type': 'application/problem+json' },
      ),
    );
    expect(await rejection(client.submitCandidate(envelope))).toMatchObject({
      code: 'ChunkMissing',
      detail: '3 chunks',
    });
  });

  it.each([
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [502, 'Unavailable'],
    [418, 'BadRequest'],
    [500, 'Internal'],
  ])('without a problem document is told by its status %i: %s', async (status, code) => {
    const { client } = await serving((_, response) => response.writeHead(status).end('<html>'));
    expect(await rejection(client.me())).toMatchObject({ code });
  });
});

describe('writes', () => {
  it('move an alias only from the revision that was seen', async () => {
    const { server, client } = await serving((_, response) => sendJson(response, envelope));
    await client.moveAlias('digits', 'production', { version: 2 }, 4);
    await client.moveAlias('digits', 'canary', { version: 3, share: 0.1 }, null);
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'PUT /registry/v1/models/digits/aliases/production',
      'PUT /registry/v1/models/digits/aliases/canary',
    ]);
    expect(server.received[0]?.headers).toMatchObject({ 'if-match': '"4"' });
    expect(server.received[1]?.headers).toMatchObject({ 'if-none-match': '*' });
  });

  it('accept a receipt only for the candidate that was sent', async () => {
    const receipt = {
      model: 'digits',
      version: 2,
      digest: 'b'.repeat(64),
      candidate: await envelopeDigest(envelope),
    };
    let answer = receipt;
    const { client } = await serving((_, response) => sendJson(response, answer, 201));
    expect(await client.submitCandidate(envelope)).toEqual(receipt);
    answer = { ...receipt, candidate: 'c'.repeat(64) };
    expect(await rejection(client.submitCandidate(envelope))).toMatchObject({ code: 'DocumentInvalid' });
  });

  it('escape what goes into a path', async () => {
    const { server, client } = await serving((_, response) => sendJson(response, envelope));
    await client.alias('a/../b', 'x?y');
    expect(server.received[0]?.url).toBe('/registry/v1/models/a%2F..%2Fb/aliases/x%3Fy');
  });
});

describe('events', () => {
  const news = { type: 'version', model: 'digits', version: 2 } as const;

  it('arrive cut anywhere, with unknown kinds and broken ones passed over', async () => {
    const text = `retry: 1000\n\n: beat\n\nevent: moon\ndata: {"type":"moon"}\n\ndata: {\n\nevent: version\ndata: ${JSON.stringify(news)}\n\n`;
    const { client } = await serving((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const letter of text) response.write(letter);
      response.end();
    });
    const events: RegistryEvent[] = [];
    let opened = 0;
    const { signal } = new AbortController();
    await client.events({ signal, onEvent: event => events.push(event), onOpen: () => opened++ });
    expect(events).toEqual([news]);
    expect(opened).toBe(1);
  });

  it('end in peace when the caller stops', async () => {
    const stop = new AbortController();
    const { client } = await serving((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(news)}\n\n`);
    });
    await client.events({ signal: stop.signal, onEvent: () => stop.abort() });
    expect(stop.signal.aborted).toBe(true);
  });

  it('fail where the server refuses them', async () => {
    const { client } = await serving((_, response) => response.writeHead(401).end());
    const { signal } = new AbortController();
    expect(await rejection(client.events({ signal, onEvent: () => undefined }))).toMatchObject({
      code: 'Unauthorized',
    });
  });
});
