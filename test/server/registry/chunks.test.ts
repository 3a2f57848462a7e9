import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verify } from '../../../server/registry/verify.ts';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import { asBuffer, commitBytes, startServer, type TestServer } from '../support.ts';

async function stored(server: TestServer, text: string) {
  const bytes = new TextEncoder().encode(text);
  const digest = await sha256(bytes);
  const put = () => server.ask('PUT', `chunks/${digest}`, { token: server.key, body: asBuffer(bytes) });
  return { digest, bytes, put };
}

describe('a chunk', () => {
  it('that wants a key is not for a cache between to give to others', async () => {
    const server = await startServer();
    const { digest, put } = await stored(server, 'abcdefghij');
    await put();
    const answer = await server.ask('GET', `chunks/${digest}`, { token: server.key, address: '192.0.2.7' });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'private, max-age=31536000, immutable' },
    });
  });

  it('comes back as it was sent, for ever, whole or in part', async () => {
    const server = await startServer();
    const { digest, put } = await stored(server, 'abcdefghij');
    expect((await put()).status).toBe(204);
    expect((await put()).status).toBe(204);
    const get = (headers: Record<string, string> = {}) => server.ask('GET', `chunks/${digest}`, { headers });
    const whole = await get();
    expect(whole.bytes.toString()).toBe('abcdefghij');
    expect(whole.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
      etag: `"${digest}"`,
    });
    expect(whole.headers['content-encoding']).toBeUndefined();
    expect((await get({ 'if-none-match': `"${digest}"` })).status).toBe(304);
    const part = await get({ range: 'bytes=4-6' });
    expect({ status: part.status, text: part.bytes.toString() }).toEqual({ status: 206, text: 'efg' });
    expect(part.headers['content-range']).toBe('bytes 4-6/10');
    expect((await get({ range: 'bytes=8-' })).bytes.toString()).toBe('ij');
    expect((await get({ range: 'bytes=-3' })).bytes.toString()).toBe('hij');
    expect((await get({ range: 'bytes=10-' })).status).toBe(416);
    expect((await get({ range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
    const head = await server.ask('HEAD', `chunks/${digest}`);
    expect({ status: head.status, length: head.headers['content-length'] }).toEqual({
      status: 200,
      length: '10',
    });
  });

  it('is refused under a name that is not its hash, and above 1 MiB', async () => {
    const server = await startServer();
    const { digest } = await stored(server, 'right');
    const wrong = await server.ask('PUT', `chunks/${digest}`, {
      token: server.key,
      body: Buffer.from('wrong'),
    });
    expect({ status: wrong.status, code: wrong.json['code'] }).toEqual({ status: 422, code: 'ChunkInvalid' });
    expect((await server.ask('GET', `chunks/${digest}`)).status).toBe(404);
    const large = await server.ask('PUT', `chunks/${digest}`, {
      token: server.key,
      body: Buffer.alloc(2 ** 20 + 1),
    });
    expect(large.status).toBe(413);
    const json = await server.ask('PUT', `chunks/${digest}`, { token: server.key, body: {} });
    expect(json.status).toBe(415);
  });

  it('is asked for once: what is there is not missing', async () => {
    const server = await startServer();
    const { digest, put } = await stored(server, 'here');
    const absent = 'e'.repeat(64);
    const missing = async () =>
      (await server.ask('POST', 'chunks/missing', { token: server.key, body: { digests: [digest, absent] } }))
        .json['missing'];
    expect(await missing()).toEqual([digest, absent]);
    await put();
    expect(await missing()).toEqual([absent]);
  });
});

describe('verify', () => {
  it('finds a chunk whose bytes have changed, and the version that needs it', async () => {
    const server = await startServer();
    const { publicKey } = server.registry.identity.signer;
    const { manifest } = await commitBytes(server, 'sides', 'content');
    await commitBytes(server, 'others', 'other content');
    expect(await verify({ ...server.registry, publicKey })).toEqual({ chunks: 2, versions: 2, bad: [] });
    const { digest } = manifest.authority.file.chunks[0]!;
    writeFileSync(join(server.data, 'chunks', digest.slice(0, 2), digest.slice(2)), 'CONTENT');
    const { bad } = await verify({ ...server.registry, publicKey });
    expect(bad).toHaveLength(2);
    expect(bad[0]).toContain(`chunk ${digest}`);
    expect(bad[1]).toContain('sides@1: ChunkInvalid');
  });

  it('finds a document that another key signed', async () => {
    const server = await startServer();
    await commitBytes(server, 'sides', 'content');
    const stranger = await startServer();
    const { bad } = await verify({
      ...server.registry,
      publicKey: stranger.registry.identity.signer.publicKey,
    });
    expect(bad).toHaveLength(3);
    expect(bad.every(line => line.includes('SignatureInvalid'))).toBe(true);
  });
});
