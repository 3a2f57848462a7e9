import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Fastify from 'fastify';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ChunkBatches } from '../../../server/registry/batch.ts';
import { registerBatchRoute } from '../../../server/registry/routes/batch.ts';
import { type ChunkFrame, FrameReader, openFrame } from '../../../src/core/artifact/chunk-frames.ts';
import { chunkFile, type FileRef, joinFile } from '../../../src/core/artifact/chunks.ts';
import { type Bytes, sha256 } from '../../../src/core/artifact/digest.ts';
import { type BatchQuery, batchQuerySchema, registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { patchInitializers, readInitializers } from '../../../src/core/onnx/patch.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { convolutionModel } from '../../core/onnx/models.ts';
import { commitBytes, enrolDevice, startServer, type TestServer } from '../support.ts';

const first = convolutionModel(8);
/** Every weight moved, as a short training does it. */
const second = moved(first, 1e-4);

function moved(file: Bytes, step: number): Bytes {
  const weights = [...readInitializers(file)].filter(([, { datatype }]) => datatype === 'FP32');
  return patchInitializers(
    file,
    new Map(
      weights.map(([name, { shape, data }]) => [
        name,
        float32(
          shape,
          (data as Float32Array).map((value, i) => value + step * Math.sin(i)),
        ),
      ]),
    ),
  );
}

async function commit(
  server: TestServer,
  file: Bytes,
  { architecture = 'a'.repeat(64), variant = 'fp32' } = {},
): Promise<FileRef> {
  const { ref, chunks } = await chunkFile(file, tensorLayout(file));
  for (const [digest, bytes] of chunks) await server.registry.blobs.put(digest, bytes);
  await commitBytes(server, 'signs', '', { draft: { authority: { variant, file: ref }, architecture } });
  return ref;
}

async function twoVersions(options?: Parameters<typeof commit>[2]) {
  const server = await startServer();
  const [one, two] = [await commit(server, first), await commit(server, second, options)];
  return { server, one, two };
}

const digestsOf = ({ chunks }: FileRef) => chunks.map(({ digest }) => digest);
const version = (number: number, variant = 'fp32') => ({ model: 'signs', version: number, variant });

async function framesOf(server: TestServer, ref: FileRef, query: Omit<BatchQuery, 'chunks'>) {
  const answer = await server.ask('POST', 'chunks/batch', { body: { chunks: digestsOf(ref), ...query } });
  expect(answer.status).toBe(200);
  const reader = new FrameReader(ref.chunks);
  const frames = [...reader.push(answer.bytes)];
  reader.end();
  return { answer, frames, encodings: new Set(frames.map(({ encoding }) => encoding)) };
}

async function joined(ref: FileRef, frames: readonly ChunkFrame[], base: Bytes): Promise<Bytes> {
  const { chunks } = await chunkFile(base, tensorLayout(base));
  const readBase = (digest: string) => Promise.resolve(chunks.get(digest) ?? null);
  return joinFile(ref, chunk =>
    openFrame(
      frames.find(({ digest }) => digest === chunk.digest)!,
      chunk,
      readBase,
    ),
  );
}

describe('a batch', () => {
  it('brings every chunk in one answer, without Content-Encoding', async () => {
    const { server, one } = await twoVersions();
    const { answer, frames, encodings } = await framesOf(server, one, {});
    expect(answer.headers['content-type']).toBe('application/vnd.haversack.chunks');
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(frames.map(({ digest }) => digest)).toEqual(digestsOf(one));
    expect(encodings).not.toContain('difference');
    expect(await joined(one, frames, second)).toEqual(first);
  });

  it('is shorter by far as differences to what the caller has', async () => {
    const { server, one, two } = await twoVersions();
    const whole = await framesOf(server, two, { of: version(2), have: [] });
    const update = await framesOf(server, two, { of: version(2), have: [one.digest] });
    expect([...whole.encodings, ...update.encodings]).toContain('difference');
    expect(whole.encodings).not.toContain('difference');
    expect(update.answer.bytes.length).toBeLessThan(0.8 * whole.answer.bytes.length);
    expect(await joined(two, update.frames, first)).toEqual(second);
  });

  it.each([
    ['another architecture', { architecture: 'b'.repeat(64) }, version(2)],
    ['another variant', { variant: 'fp16' }, version(2, 'fp16')],
    ['a version that is not there', {}, version(7)],
  ])('has no differences to %s', async (_, options, of) => {
    const { server, one, two } = await twoVersions(options);
    const { frames, encodings } = await framesOf(server, two, { of, have: [one.digest] });
    expect(encodings).not.toContain('difference');
    expect(await joined(two, frames, first)).toEqual(second);
  });

  it('has no differences to what the caller does not have', async () => {
    const { server, two } = await twoVersions();
    const { encodings } = await framesOf(server, two, { of: version(2), have: ['f'.repeat(64)] });
    expect(encodings).not.toContain('difference');
  });

  it('has no differences to versions of a model that the caller may not read', async () => {
    const { server, one, two } = await twoVersions();
    // The same file as a version of another model.
    const draft = { authority: { variant: 'fp32', file: two }, architecture: 'a'.repeat(64) };
    await commitBytes(server, 'copies', '', { draft });
    const query = { chunks: digestsOf(two), of: version(2), have: [one.digest] };
    const encodings = async (model: string) => {
      const body = { name: 'test', grants: [{ model, rights: ['read'] }] };
      const { json } = await server.ask('POST', 'keys', { token: server.key, body });
      const answer = await server.ask('POST', 'chunks/batch', { token: String(json['key']), body: query });
      return [...new FrameReader(two.chunks).push(answer.bytes)].map(({ encoding }) => encoding);
    };
    expect(await encodings('signs')).toContain('difference');
    const others = await encodings('copies');
    expect(others).toHaveLength(digestsOf(two).length);
    expect(others).not.toContain('difference');
  });

  it('takes the parent for a base where there is a choice', async () => {
    const server = await startServer();
    const one = await commit(server, first);
    const far = await commit(server, moved(first, 1));
    const { ref, chunks } = await chunkFile(second, tensorLayout(second));
    for (const [digest, bytes] of chunks) await server.registry.blobs.put(digest, bytes);
    const { digest } = await server.registry.database
      .selectFrom('versions')
      .select('digest')
      .where('version', '=', 1)
      .executeTakeFirstOrThrow();
    const draft = { authority: { variant: 'fp32', file: ref }, architecture: 'a'.repeat(64) };
    await commitBytes(server, 'signs', '', { draft: { ...draft, parent: { version: 1, digest } } });
    const { frames } = await framesOf(server, ref, { of: version(3), have: [far.digest, one.digest] });
    expect(await joined(ref, frames, first)).toEqual(second);
  });

  it('leaves out what is not there, and what is damaged', async () => {
    const { server, one } = await twoVersions();
    const [damaged] = digestsOf(one);
    writeFileSync(join(server.data, 'chunks', damaged!.slice(0, 2), damaged!.slice(2)), 'other');
    const absent = { digest: 'e'.repeat(64), bytes: 9 };
    const { frames } = await framesOf(server, { ...one, chunks: [absent, ...one.chunks] }, {});
    expect(frames.map(({ digest }) => digest)).toEqual(digestsOf(one).slice(1));
  });

  it('is refused without a chunk, with too many, and with a name that is none', async () => {
    const server = await startServer();
    const ask = async (body: object) => (await server.ask('POST', 'chunks/batch', { body })).status;
    expect(await ask({ chunks: [] })).toBe(400);
    expect(await ask({ chunks: Array.from({ length: 4097 }, () => 'a'.repeat(64)) })).toBe(400);
    expect(await ask({ chunks: ['../../etc/passwd'] })).toBe(400);
  });

  it('is for who may read', async () => {
    const server = await startServer();
    const ask = async (token?: string) => {
      const options = { body: { chunks: ['a'.repeat(64)] }, address: '192.0.2.7', token };
      return (await server.ask('POST', 'chunks/batch', options)).status;
    };
    expect(await ask()).toBe(401);
    const device = await enrolDevice(server, 'device');
    expect(await ask(await device.token(server.registry.identity.signer.keyId))).toBe(200);
  });
});

describe('what was made', () => {
  it('is kept, and made again where it is lost or damaged', async () => {
    const { server, one, two } = await twoVersions();
    const ask = () => framesOf(server, two, { of: version(2), have: [one.digest] });
    const made = await ask();
    const folder = join(server.data, 'cache', 'chunk-forms');
    const kept = readdirSync(folder);
    expect(kept).toHaveLength(two.chunks.length);
    for (const name of kept) {
      const bytes = readFileSync(join(folder, name));
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(join(folder, name), bytes);
    }
    expect((await ask()).answer.bytes).toEqual(made.answer.bytes);
    // Kept: the chunks themselves are not read any more, unless they go as they are.
    const read = vi.spyOn(server.registry.blobs, 'get');
    const again = await ask();
    expect(again.answer.bytes).toEqual(made.answer.bytes);
    expect(read).toHaveBeenCalledTimes(again.frames.filter(({ encoding }) => encoding === 'raw').length);
  });

  it('is made once for all who ask at the same time', async () => {
    const { server, one, two } = await twoVersions();
    const read = vi.spyOn(server.registry.blobs, 'get');
    const ask = () => framesOf(server, two, { of: version(2), have: [one.digest] });
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    expect(new Set(answers.map(({ answer }) => answer.bytes.toString('hex'))).size).toBe(1);
    // To find the tensors each file is read once, and to make the forms each chunk of both.
    expect(read.mock.calls.length).toBeLessThanOrEqual(2 * (one.chunks.length + two.chunks.length));
  });

  it('is no more than is taken, and a little ahead', async () => {
    const server = await startServer();
    const chunks = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const bytes = new TextEncoder().encode(`chunk ${i}`);
        const digest = await sha256(bytes);
        await server.registry.blobs.put(digest, bytes);
        return digest;
      }),
    );
    const read = vi.spyOn(server.registry.blobs, 'get');
    const frames = new ChunkBatches(server.registry, join(server.data, 'elsewhere')).frames(
      batchQuerySchema.parse({ chunks }),
    );
    await frames.next();
    await frames.next();
    await frames.return(undefined);
    expect(read.mock.calls.length).toBeLessThanOrEqual(2 + 3);
    expect((await frames.next()).done).toBe(true);
  });
});

describe('the connection', { timeout: 60_000 }, () => {
  const piece = new Uint8Array(2 ** 20);

  async function endless() {
    const state = { pulledBytes: 0, ended: () => {} };
    const ended = new Promise<void>(resolve => (state.ended = resolve));
    const frames = async function* () {
      try {
        for (;;) {
          state.pulledBytes += piece.length;
          yield piece;
          await new Promise(resolve => setImmediate(resolve));
        }
      } finally {
        state.ended();
      }
    };
    const app = Fastify();
    registerBatchRoute(app, { frames }, { readable: (_rights, digests) => Promise.resolve([...digests]) });
    await app.listen({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => app.close());
    const { port } = app.server.address() as AddressInfo;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const path = `${registryRoot}/chunks/batch`;
      request({ port, host: '127.0.0.1', method: 'POST', path, headers }, resolve)
        .on('error', reject)
        .end(JSON.stringify({ chunks: ['a'.repeat(64)] }));
    });
    return { state, ended, response };
  }

  it('of a slow reader holds the work up', async () => {
    const { state, ended, response } = await endless();
    let readBytes = 0;
    // What the two ends of a loopback connection and their streams hold is a few MiB.
    const heldBytes = 48 * 2 ** 20;
    for await (const part of response) {
      readBytes += (part as Buffer).length;
      expect(state.pulledBytes - readBytes).toBeLessThan(heldBytes);
      // Slower than the server could be.
      await new Promise(resolve => setImmediate(resolve));
      if (readBytes > 2 * heldBytes) break;
    }
    await ended;
  });

  it('that is given up ends the work', async () => {
    const { ended, response } = await endless();
    response.destroy();
    await ended;
  });
});
