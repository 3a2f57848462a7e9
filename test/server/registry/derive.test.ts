import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Manifest, type Variant, variantSchema } from '../../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { envelopeDigest, openDocument, readDocument } from '../../../src/core/artifact/signature.ts';
import { gzip } from '../../../src/core/gzip.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { patchInitializers } from '../../../src/core/onnx/patch.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { commitVersion } from '../../../server/registry/commit.ts';
import { derivedFrom, minDerivedBytes } from '../../../server/registry/derivations.ts';
import { derivableSchema } from '../../../server/registry/derivable.ts';
import { classifier, labels, manifestOf, push, upload } from '../models.ts';
import { startServer, type TestServer } from '../support.ts';

const inputs = 2;
const hidden = 40_000;

/** The classifier of the other tests, wide enough that every variant is worth making; Conv-like fusion: Gemm with Relu. */
function wideClassifier(sharpness = 4): Uint8Array<ArrayBuffer> {
  return new GraphBuilder('wide')
    .input('x', 'FP32', [-1, inputs])
    .initializer('first', float32([inputs, hidden], first()))
    .initializer('second', float32([hidden, 2], second(sharpness)))
    .initializer('bias', float32([hidden], new Float32Array(hidden)))
    .node('Gemm', ['x', 'first', 'bias'], ['h'])
    .node('Relu', ['h'], ['r'])
    .node('MatMul', ['r', 'second'], ['logits'])
    .node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } })
    .output('probabilities', 'FP32', [-1, 2])
    .build();
}

function first(): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(inputs * hidden);
  for (let unit = 0; unit < hidden; unit += 1) {
    const sign = unit % 2 === 0 ? 1 : -1;
    weights[unit] = sign;
    weights[hidden + unit] = -sign;
  }
  return weights;
}

function second(sharpness: number, nudge = 0): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(hidden * 2);
  for (let unit = 0; unit < hidden; unit += 1) {
    // Not all of a size, so that a step is no whole number of them.
    weights[unit * 2 + ((unit + 1) % 2)] = (sharpness * (1 + (unit % 7) / 7)) / hidden + nudge * (unit % 3);
  }
  return weights;
}

const csv = new TextEncoder().encode(
  'x0,x1,side,part\n1,0,right,test\n0,1,left,test\n2,0,right,test\n3,1,right,train\n',
);

/** Commits it as a version with held-out rows, so that its variants are measured. */
async function commitWithData(
  server: TestServer,
  file: Uint8Array<ArrayBuffer>,
  like: Manifest,
  parent: Manifest['parent'],
): Promise<number> {
  const { manifest } = await commitVersion(
    server.registry,
    {
      ...like,
      parent,
      authority: { variant: 'fp32', file: await upload(server, file, server.key, tensorLayout(file)) },
      artifacts: {
        recorded: null,
        topology: null,
        dataset: {
          file: await upload(server, gzip(csv)),
          mediaType: 'text/csv',
          encoding: 'gzip',
          rows: 4,
          schema: { features: ['x0', 'x1'], target: 'side', split: 'part' },
          source: null,
          licence: null,
        },
      },
    },
    { who: 'registry', variants: [], derive: derivableSchema.options, production: 'if-first' },
  );
  server.deriver.wake();
  return manifest.version;
}

async function detailOf(server: TestServer, version: number): Promise<VersionDetail> {
  return (await server.ask('GET', `models/sides/versions/${version}`)).json as unknown as VersionDetail;
}

async function variantsOf(server: TestServer, version: number): Promise<Map<string, Variant>> {
  const { variants } = await detailOf(server, version);
  const { publicKey } = server.registry.identity.signer;
  const opened = await Promise.all(variants.map(each => openDocument(each, variantSchema, publicKey)));
  return new Map(opened.map(variant => [variant.variant, variant]));
}

/** Version 1 as it was pushed, version 2 the same with data. */
async function pushed(server: TestServer): Promise<{ like: Manifest; file: Uint8Array<ArrayBuffer> }> {
  const file = wideClassifier();
  const like = manifestOf(await push(server, 'sides', file));
  await server.deriver.idle();
  return { like, file };
}

describe('the variants of a version', () => {
  it('are int8 alone where the file is small, none where it is quantized already', () => {
    const of = (variant: string, bytes: number) => derivedFrom({ variant, file: { bytes } });
    expect(of('fp32', minDerivedBytes - 1)).toEqual(['int8']);
    expect(of('fp32', minDerivedBytes)).toEqual(['fp16', 'int4', 'int8', 'optimized']);
    expect(of('original', minDerivedBytes)).toEqual([]);
  });

  it('are made, signed, and measured on the data of their version; int4 not without data', async () => {
    const server = await startServer();
    const { like, file } = await pushed(server);
    const without = await detailOf(server, 1);
    expect(without.derivations).toMatchObject([
      { variant: 'fp16', state: 'done' },
      { variant: 'int4', state: 'skipped', detail: expect.stringContaining('no data') },
      { variant: 'int8', state: 'done' },
      { variant: 'optimized', state: 'done' },
    ]);
    const version = await commitWithData(server, file, like, null);
    await server.deriver.idle();
    const variants = await variantsOf(server, version);
    expect([...variants.keys()]).toEqual(['fp16', 'int4', 'int8', 'optimized']);
    for (const each of variants.values()) {
      expect(each.evaluations).toMatchObject([{ n: 3, metrics: { accuracy: 1 } }]);
      expect(each.pinnedTo).toBeNull();
    }
    const share = (name: string) => variants.get(name)!.file.bytes / file.length;
    expect(share('fp16')).toBeLessThan(0.7);
    expect(share('int4')).toBeLessThan(share('int8'));
    expect(share('optimized')).toBeLessThan(1.01);
    // The weights that ONNX Runtime left are there once.
    const own = new Set(like.authority.file.chunks.map(({ digest }) => digest));
    const shared = variants.get('optimized')!.file.chunks.filter(({ digest }) => own.has(digest));
    expect(shared.length).toBeGreaterThan(0);
  });

  it('keep the scales of the parent, where the graph is the same: a fine-tune leaves most of their bytes', async () => {
    const server = await startServer();
    const { like, file } = await pushed(server);
    const one = await commitWithData(server, file, like, null);
    await server.deriver.idle();
    const parentVariants = await variantsOf(server, one);
    const { manifest } = await detailOf(server, one);
    const moved = patchInitializers(file, new Map([['second', float32([hidden, 2], second(4, 1e-7))]]));
    const two = await commitWithData(server, moved, like, {
      version: one,
      digest: await envelopeDigest(manifest),
    });
    await server.deriver.idle();
    const variants = await variantsOf(server, two);
    for (const name of ['int8', 'int4']) {
      const { pinnedTo, recipe } = variants.get(name)!;
      const before = (await detailOf(server, one)).variants.find(
        each => readDocument(each, variantSchema).variant === name,
      )!;
      expect(pinnedTo).toBe(await envelopeDigest(before));
      expect(recipe).toMatchObject({ scales: 'pinned' });
      const [a, b] = [
        await bytesOf(server, parentVariants.get(name)!),
        await bytesOf(server, variants.get(name)!),
      ];
      const equal = a.reduce((same, byte, i) => same + (byte === b[i] ? 1 : 0), 0);
      expect(equal / a.length).toBeGreaterThan(0.9);
    }
    expect(variants.get('fp16')!.pinnedTo).toBeNull();
  });

  it('pin nothing where the graph is another', async () => {
    const server = await startServer();
    const parent = await push(server, 'sides', classifier());
    await server.deriver.idle();
    const other = new GraphBuilder('other')
      .input('x', 'FP32', [-1, inputs])
      .initializer('first', float32([inputs, 2], [1, -1, -1, 1]))
      .node('MatMul', ['x', 'first'], ['logits'])
      .node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } })
      .output('probabilities', 'FP32', [-1, 2])
      .build();
    const child = await push(server, 'sides', other, { labels, parent: 1 });
    expect(manifestOf(child).parent).toEqual({
      version: 1,
      digest: await envelopeDigest((parent.json as unknown as VersionDetail).manifest),
    });
    await server.deriver.idle();
    const { derivations } = await detailOf(server, 2);
    expect(derivations).toMatchObject([{ variant: 'int8', state: 'skipped' }]);
  });
});

async function bytesOf(server: TestServer, { file }: Variant): Promise<Uint8Array> {
  const chunks = await Promise.all(file.chunks.map(({ digest }) => server.registry.blobs.get(digest)));
  return Buffer.concat(chunks.map(chunk => chunk!));
}

describe('variants are a cache', () => {
  it('what was made of the same file is not made again', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier());
    await server.deriver.idle();
    const made = server.registry.checker.derive;
    let asked = 0;
    server.registry.checker.derive = job => {
      asked += 1;
      return made(job);
    };
    await push(server, 'sides', classifier());
    await server.deriver.idle();
    expect(asked).toBe(0);
    const [one, two] = [await variantsOf(server, 1), await variantsOf(server, 2)];
    expect(two.get('int8')!.file).toEqual(one.get('int8')!.file);
    expect(two.get('int8')!.versionDigest).not.toBe(one.get('int8')!.versionDigest);
  });

  it('a variant that was lost, chunks and all, is made again to the last bit when somebody asks', async () => {
    const server = await startServer();
    const { like, file } = await pushed(server);
    const version = await commitWithData(server, file, like, null);
    await server.deriver.idle();
    const before = await variantsOf(server, version);
    const kept = new Set(like.authority.file.chunks.map(({ digest }) => digest));
    await server.registry.database.deleteFrom('variants').execute();
    for (const variant of before.values()) {
      for (const { digest } of variant.file.chunks) {
        if (!kept.has(digest))
          await rm(join(server.data, 'chunks', digest.slice(0, 2), digest.slice(2)), { force: true });
      }
    }
    for (const name of before.keys()) {
      const { status } = await server.ask('POST', `models/sides/versions/${version}/variants/${name}`, {
        token: server.key,
      });
      expect(status).toBe(202);
    }
    await server.deriver.idle();
    const after = await variantsOf(server, version);
    expect([...after].map(([name, { file: ref }]) => [name, ref])).toEqual(
      [...before].map(([name, { file: ref }]) => [name, ref]),
    );
  });

  it('one whose row was lost is made at the next start', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier());
    await server.deriver.idle();
    await server.registry.database.deleteFrom('variants').execute();
    await server.close();
    const again = await startServer({ data: server.data });
    await again.deriver.idle();
    expect((await variantsOf(again, 1)).size).toBe(1);
  });

  it('nothing is asked of what has no variants', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier());
    const ask = (path: string) => server.ask('POST', path, { token: server.key });
    expect((await ask('models/sides/versions/2/variants/int8')).status).toBe(404);
    expect((await ask('models/sides/versions/1/variants/int3')).status).toBe(400);
  });
});

it('a derivation that fails says why, and is tried at three starts in all', async () => {
  let server = await startServer();
  const { data } = server;
  await server.deriver.stop();
  await push(server, 'sides', classifier());
  await server.close();
  await rm(join(data, 'chunks'), { recursive: true });
  const attempts: number[] = [];
  for (let start = 1; start <= 5; start += 1) {
    server = await startServer({ data });
    await server.deriver.idle();
    const [row] = await server.registry.database.selectFrom('derivations').selectAll().execute();
    attempts.push(row!.attempts);
    expect((await detailOf(server, 1)).derivations).toEqual([
      { variant: 'int8', state: 'failed', detail: expect.stringMatching(/^ChunkMissing: [0-9a-f]{64}/) },
    ]);
    await server.close();
  }
  expect(attempts).toEqual([1, 2, 3, 3, 3]);
});
