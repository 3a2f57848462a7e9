import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import { splitExternalData } from '../../../src/core/onnx/external-data.ts';
import { labels } from '../models.ts';
import { startServer } from '../support.ts';
import { file, put, manifestOf, nothingIn } from './put-file.ts';

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
