import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { downloadChunks, type FileChunks } from '../../src/client/download.ts';
import { RegistryClient } from '../../src/client/registry.ts';
import { encodeFrame } from '../../src/core/artifact/chunk-frames.ts';
import type { ChunkRef } from '../../src/core/artifact/chunks.ts';
import { type Bytes, sha256 } from '../../src/core/artifact/digest.ts';
import { batchQuerySchema, chunkFramesType } from '../../src/core/artifact/registry-api.ts';
import { rawServer, type RawServer, type Received, rejection } from './raw-server.ts';

let server: RawServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const of = { model: 'signs', version: 2, variant: 'fp32' };

async function chunksMade(count: number) {
  const all = new Map<string, Bytes>();
  for (let i = 0; i < count; i++) {
    const bytes = new TextEncoder().encode(`chunk ${i}`);
    all.set(await sha256(bytes), bytes);
  }
  const refs = [...all].map(([digest, { length: bytes }]): ChunkRef => ({ digest, bytes }));
  return { all, refs };
}

type Answer = (digests: readonly string[], response: ServerResponse, nth: number) => void;

/** Answers batches as told, and single chunks as they are. */
async function registryOf(all: ReadonlyMap<string, Bytes>, answer: Answer) {
  let batches = 0;
  server = await rawServer((request: Received, response) => {
    if (request.method === 'POST') {
      const { chunks } = batchQuerySchema.parse(JSON.parse(request.body.toString()));
      answer(chunks, response, ++batches);
    } else {
      const bytes = all.get(request.url.slice(request.url.lastIndexOf('/') + 1));
      response.writeHead(bytes ? 200 : 404).end(bytes);
    }
  });
  const { received, url } = server;
  return {
    client: new RegistryClient({ baseUrl: url }),
    asked: (method: string) => received.filter(request => request.method === method),
  };
}

function frames(all: ReadonlyMap<string, Bytes>, digests: readonly string[]): Buffer {
  return Buffer.concat(
    digests.map(digest => encodeFrame({ encoding: 'raw', digest, payload: all.get(digest)! })),
  );
}

async function download(source: RegistryClient, files: readonly FileChunks[], signal?: AbortSignal) {
  const kept: string[] = [];
  const readBase = () => Promise.resolve(null);
  const keep = ({ digest }: ChunkRef) => void kept.push(digest);
  const done = downloadChunks({ source, files, have: [], readBase, keep, onKept: () => undefined, signal });
  return { kept, done };
}

const sorted = (refs: readonly ChunkRef[]) => refs.map(({ digest }) => digest).sort();

describe('a download', () => {
  it('asks for 64 chunks at a time, those of one file together', async () => {
    const { all, refs } = await chunksMade(150);
    const { client, asked } = await registryOf(all, (digests, response) =>
      response.writeHead(200, { 'content-type': chunkFramesType }).end(frames(all, digests)),
    );
    const files = [
      { of, refs: refs.slice(0, 130) },
      { of: null, refs: refs.slice(130) },
    ];
    const { kept, done } = await download(client, files);
    await done;
    expect(kept.sort()).toEqual(sorted(refs));
    const queries = asked('POST').map(({ body }) => batchQuerySchema.parse(JSON.parse(body.toString())));
    expect(queries.map(query => query.chunks.length).sort((a, b) => a - b)).toEqual([2, 20, 64, 64]);
    expect(queries.filter(query => query.of === null).map(query => query.chunks.length)).toEqual([20]);
    expect(asked('GET')).toEqual([]);
  });

  it('goes on with what is left as long as each try brings something', async () => {
    const { all, refs } = await chunksMade(6);
    const { client, asked } = await registryOf(all, (digests, response, nth) => {
      response.writeHead(200, { 'content-type': chunkFramesType });
      // One chunk, and the line breaks; the sixth try ends well.
      if (nth <= 5) response.write(frames(all, digests.slice(0, 1)), () => response.destroy());
      else response.end(frames(all, digests));
    });
    const { kept, done } = await download(client, [{ of, refs }]);
    await done;
    expect(kept.sort()).toEqual(sorted(refs));
    expect(
      asked('POST').map(({ body }) => (JSON.parse(body.toString()) as { chunks: [] }).chunks.length),
    ).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('gives up where three tries bring nothing, and keeps nothing afterwards', async () => {
    const { all, refs } = await chunksMade(6);
    const { client, asked } = await registryOf(all, (_, response) => response.destroy());
    const { kept, done } = await download(client, [{ of, refs }]);
    expect(await rejection(done)).toMatchObject({ code: 'Offline' });
    expect(asked('POST')).toHaveLength(3);
    expect(kept).toEqual([]);
  });

  it.each([
    ['has no batches', (_: readonly string[], response: ServerResponse) => response.writeHead(405).end()],
    [
      'answers noise',
      (_: readonly string[], response: ServerResponse) =>
        response.writeHead(200, { 'content-type': chunkFramesType }).end(Buffer.alloc(500, 7)),
    ],
    [
      'leaves all out',
      (_: readonly string[], response: ServerResponse) =>
        response.writeHead(200, { 'content-type': chunkFramesType }).end(),
    ],
  ])('fetches chunk by chunk where the registry %s', async (_, answer) => {
    const { all, refs } = await chunksMade(9);
    const { client, asked } = await registryOf(all, answer);
    const { kept, done } = await download(client, [{ of, refs }]);
    await done;
    expect(kept.sort()).toEqual(sorted(refs));
    expect(asked('POST')).toHaveLength(1);
    expect(asked('GET')).toHaveLength(9);
  });

  it('says which chunk the registry does not have', async () => {
    const { all, refs } = await chunksMade(2);
    const { client } = await registryOf(all, (_, response) => response.writeHead(405).end());
    const absent = { digest: 'e'.repeat(64), bytes: 5 };
    const { done } = await download(client, [{ of, refs: [...refs, absent] }]);
    expect(await rejection(done)).toMatchObject({ code: 'NotFound' });
  });

  it('that is stopped before it begins asks for nothing', async () => {
    const { all, refs } = await chunksMade(2);
    const { client, asked } = await registryOf(all, (_, response) => response.destroy());
    const { done } = await download(client, [{ of, refs }], AbortSignal.abort());
    expect(await rejection(done)).toMatchObject({ code: 'Aborted' });
    expect(asked('POST')).toEqual([]);
  });
});
