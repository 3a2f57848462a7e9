import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { classifier, labels, push } from '../models.ts';
import { asBuffer, startServer, type TestServer } from '../support.ts';
import { file, put, manifestOf, uploadsOf, nothingIn } from './put-file.ts';

describe('PUT of an ONNX file', () => {
  it('becomes a version, as a push of its chunks does', async () => {
    const server = await startServer();
    const answer = await put(server, file, { query: '?labels=left,%20right&note=by%20hand' });
    expect(answer.status).toBe(201);
    expect(answer.headers['location']).toBe('/registry/v1/models/sides/versions/1');
    const pushed = await push(server, 'twin', file, { labels, note: 'by hand' });
    const [mine, twin] = [manifestOf(answer), manifestOf(pushed)];
    expect({ ...mine, createdAt: '' }).toEqual({ ...twin, model: 'sides', createdAt: '' });
    expect(uploadsOf(server)).toEqual([]);
    await server.deriver.idle();
    expect((await server.ask('GET', 'models/sides/versions/1')).json['variants']).toHaveLength(1);
  });

  it('sent again is the version it became; from another parent, or after another file, it is a new one', async () => {
    const server = await startServer();
    expect((await put(server, file)).status).toBe(201);
    const again = await put(server, file);
    expect(again.status).toBe(200);
    expect(manifestOf(again).version).toBe(1);
    const child = await put(server, file, { query: '?parent=1' });
    expect(child.status).toBe(201);
    expect(manifestOf(child)).toMatchObject({ version: 2, parent: { version: 1 } });
    expect((await put(server, file, { query: '?parent=1' })).status).toBe(200);
    expect(manifestOf(await put(server, classifier(5))).version).toBe(3);
    expect(manifestOf(await put(server, file)).version).toBe(4);
  });

  it('sent again with other labels is refused, with how to make a version that has them', async () => {
    const server = await startServer();
    expect((await put(server, file, { query: '?labels=left,right' })).status).toBe(201);
    expect((await put(server, file, { query: '?labels=left,right' })).status).toBe(200);
    expect((await put(server, file)).status).toBe(200);
    const refused = await put(server, file, { query: '?labels=up,down' });
    expect({ status: refused.status, code: refused.json['code'] }).toEqual({ status: 409, code: 'Conflict' });
    expect(refused.json['detail']).toMatch(/version 1 is this file with other labels.*parent=1/);
    const child = await put(server, file, { query: '?labels=up,down&parent=1' });
    expect(manifestOf(child)).toMatchObject({ version: 2, labels: ['up', 'down'] });
  });

  it('that comes twice at the same time is one version', async () => {
    const server = await startServer();
    const answers = await Promise.all([put(server, file), put(server, file)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(answers.map(answer => manifestOf(answer).version)).toEqual([1, 1]);
  });

  it.each([
    ['what is no model', strToU8('<!doctype html>'), '', 422, 'NotOnnx'],
    ['a parent that is not there', file, '?parent=7', 404, 'NotFound'],
    ['a parent that is no number', file, '?parent=production', 400, 'BadRequest'],
    ['nothing', new Uint8Array(), '', 422, 'NotOnnx'],
  ] as const)('%s is refused, and leaves nothing', async (_what, body, query, status, code) => {
    const server = await startServer();
    const answer = await put(server, body, { query });
    expect({ status: answer.status, code: answer.json['code'] }).toEqual({ status, code });
    await nothingIn(server);
  });

  it.each(['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'as %s is refused with the types that are wanted',
    async type => {
      const server = await startServer();
      const { status, json } = await put(server, file, { type });
      expect(status).toBe(415);
      expect(json['detail']).toContain('application/zip');
    },
  );

  it('wants an admin', async () => {
    const server = await startServer();
    expect((await server.ask('PUT', 'models/sides/file', { body: asBuffer(file) })).status).toBe(401);
    await nothingIn(server);
  });

  it('is streamed from a real connection that names no type, as `curl -T` sends it', async () => {
    const server = await startServer();
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const status = await new Promise<number>((resolve, reject) => {
      const sending = send(server, { 'transfer-encoding': 'chunked' });
      sending.once('error', reject).once('response', answer => {
        answer.resume().once('end', () => resolve(answer.statusCode!));
      });
      Readable.from(pieces(file, 100)).pipe(sending);
    });
    expect(status).toBe(201);
  });

  it('that breaks off leaves nothing, and the server takes the next', async () => {
    const server = await startServer();
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const sending = send(server, { 'content-length': file.length });
    sending.on('error', () => undefined);
    sending.write(file.subarray(0, 200));
    await expect.poll(() => uploadsOf(server)).toHaveLength(1);
    sending.destroy();
    await expect.poll(() => uploadsOf(server)).toEqual([]);
    await nothingIn(server);
    expect((await put(server, file)).status).toBe(201);
  });

  it('that a killed server was receiving is gone at the next start', async () => {
    const server = await startServer();
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const sending = send(server, { 'content-length': file.length });
    sending.on('error', () => undefined);
    sending.write(file.subarray(0, 200));
    await expect.poll(() => uploadsOf(server)).toHaveLength(1);
    const { UploadFolder } = await import('../../../server/registry/uploads.ts');
    await UploadFolder.open(join(server.data, 'uploads'));
    await nothingIn(server);
    sending.destroy();
  });

  function send(server: TestServer, headers: Record<string, string | number>) {
    const { port } = server.app.server.address() as AddressInfo;
    return request({
      port,
      host: '127.0.0.1',
      method: 'PUT',
      path: `${registryRoot}/models/sides/file`,
      headers: { host: `localhost:${port}`, authorization: `Bearer ${server.key}`, ...headers },
    });
  }

  function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
});
