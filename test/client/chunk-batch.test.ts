import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { RegistryClient } from '../../src/client/registry.ts';
import { shortestForm } from '../../src/core/artifact/chunk-forms.ts';
import { encodeFrame } from '../../src/core/artifact/chunk-frames.ts';
import { chunkFramesType } from '../../src/core/artifact/registry-api.ts';
import type { ChunkRef } from '../../src/core/artifact/chunks.ts';
import { type Bytes, sha256 } from '../../src/core/artifact/digest.ts';
import { gzip } from '../../src/core/gzip.ts';
import { joinBytes } from '../../src/core/join-bytes.ts';
import { rawServer, type RawServer, type Received, rejection } from './raw-server.ts';

let server: RawServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serving(handle: (request: Received, response: ServerResponse) => void) {
  server = await rawServer(handle);
  return new RegistryClient({ baseUrl: server.url });
}

interface Made {
  readonly ref: ChunkRef;
  readonly bytes: Bytes;
  readonly frame: Bytes;
}

async function made(bytes: Bytes, base: Bytes | null = null): Promise<Made> {
  const digest = await sha256(bytes);
  const from = base && {
    digest: await sha256(base),
    bytes: base,
    regions: [{ bits: 8, bytes: base.length } as const],
  };
  const frame = encodeFrame({ ...(await shortestForm(bytes, from, gzip)), digest });
  return { ref: { digest, bytes: bytes.length }, bytes, frame };
}

const filled = (value: number) => made(new Uint8Array(5000).fill(value));

function send(response: ServerResponse, frames: readonly Bytes[], type = chunkFramesType): void {
  response.writeHead(200, { 'content-type': type }).end(joinBytes(frames));
}

/** Takes what comes. */
function taking(base: Bytes | null = null) {
  const came: { digest: string; bytes: Bytes; wireBytes: number }[] = [];
  const batch = {
    of: null,
    have: [],
    readBase: () => Promise.resolve(base),
    onChunk: (ref: ChunkRef, bytes: Bytes, wireBytes: number) => {
      came.push({ digest: ref.digest, bytes, wireBytes });
    },
  };
  return { came, batch };
}

describe('a batch of chunks', () => {
  it('is asked for at once, and what comes is told with its bytes on the line', async () => {
    const chunks = [await filled(1), await filled(2)];
    let asked: unknown;
    const client = await serving(({ body, method, url }, response) => {
      asked = { method, url, body: JSON.parse(body.toString()) as unknown };
      send(
        response,
        chunks.map(({ frame }) => frame),
      );
    });
    const { came, batch } = taking();
    const of = { model: 'signs', version: 2, variant: 'fp32' };
    const have = ['a'.repeat(64)];
    const refs = chunks.map(({ ref }) => ref);
    expect(await client.chunks(refs, { ...batch, of, have })).toEqual([]);
    expect(asked).toEqual({
      method: 'POST',
      url: '/registry/v1/chunks/batch',
      body: { chunks: refs.map(({ digest }) => digest), of, have },
    });
    expect(came).toEqual(
      chunks.map(({ ref, bytes, frame }) => ({ digest: ref.digest, bytes, wireBytes: frame.length })),
    );
  });

  it('tells which chunks were left out, or came as no chunk that was wanted here', async () => {
    const base = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251);
    const [whole, absent] = [await filled(1), await filled(2)];
    const difference = await made(
      base.map((byte, i) => (i === 9 ? byte + 1 : byte)),
      base,
    );
    const client = await serving((_, response) => send(response, [difference.frame, whole.frame]));
    const { came, batch } = taking(new Uint8Array(5000));
    const refs = [whole, absent, difference].map(({ ref }) => ref);
    expect(await client.chunks(refs, batch)).toEqual([absent.ref, difference.ref]);
    expect(came.map(({ digest }) => digest)).toEqual([whole.ref.digest]);
  });

  it('ends with a chunk that was not asked for', async () => {
    const [wanted, other] = [await filled(1), await filled(2)];
    const client = await serving((_, response) => send(response, [wanted.frame, other.frame]));
    const { came, batch } = taking();
    expect(await rejection(client.chunks([wanted.ref], batch))).toMatchObject({ code: 'ChunkInvalid' });
    expect(came).toHaveLength(1);
  });

  it('is Offline when the line breaks, and what came before is here', async () => {
    const [one, two] = [await filled(1), await filled(2)];
    const client = await serving((_, response) => {
      response.writeHead(200, { 'content-type': chunkFramesType });
      response.write(joinBytes([one.frame, two.frame.subarray(0, 20)]), () => response.destroy());
    });
    const { came, batch } = taking();
    expect(await rejection(client.chunks([one.ref, two.ref], batch))).toMatchObject({ code: 'Offline' });
    expect(came.map(({ digest }) => digest)).toEqual([one.ref.digest]);
  });

  it('is Offline when the answer ends inside of a chunk as if that were all', async () => {
    const { ref, frame } = await filled(1);
    const client = await serving((_, response) => send(response, [frame.subarray(0, 30)]));
    expect(await rejection(client.chunks([ref], taking().batch))).toMatchObject({ code: 'Offline' });
  });

  it.each([404, 405, 501])('is NotFound where the server answers %i: it has no batches', async status => {
    const { ref } = await filled(1);
    const client = await serving((_, response) => response.writeHead(status).end('<html>'));
    expect(await rejection(client.chunks([ref], taking().batch))).toMatchObject({ code: 'NotFound' });
  });

  it('is NotFound where a host of files answers with its page', async () => {
    const { ref } = await filled(1);
    const client = await serving((_, response) => send(response, [], 'text/html'));
    expect(await rejection(client.chunks([ref], taking().batch))).toMatchObject({ code: 'NotFound' });
  });

  it('takes no chunk before the one before is done with, and ends where it could not be kept', async () => {
    const chunks = await Promise.all([1, 2, 3].map(filled));
    const client = await serving((_, response) =>
      send(
        response,
        chunks.map(({ frame }) => frame),
      ),
    );
    const told: string[] = [];
    const onChunk = async ({ digest }: ChunkRef) => {
      told.push(`began ${digest}`);
      await new Promise(resolve => setImmediate(resolve));
      if (digest === chunks[1]!.ref.digest) throw new Error('full');
      told.push(`ended ${digest}`);
    };
    const refs = chunks.map(({ ref }) => ref);
    expect(await rejection(client.chunks(refs, { ...taking().batch, onChunk }))).toBeInstanceOf(Error);
    const [first, second] = refs;
    expect(told).toEqual([`began ${first!.digest}`, `ended ${first!.digest}`, `began ${second!.digest}`]);
  });

  it('ends when the caller stops', async () => {
    const [one, two] = [await filled(1), await filled(2)];
    const client = await serving((_, response) => {
      response.writeHead(200, { 'content-type': chunkFramesType }).write(one.frame);
    });
    const stop = new AbortController();
    const onChunk = () => stop.abort();
    const pending = client.chunks([one.ref, two.ref], { ...taking().batch, onChunk }, stop.signal);
    expect(await rejection(pending)).toMatchObject({ code: 'Aborted' });
  });
});
