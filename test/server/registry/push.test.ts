import { describe, expect, it } from 'vitest';
import { variantNameOf } from '../../../src/core/onnx/variant-name.ts';
import { variantSchema } from '../../../src/core/artifact/documents.ts';
import type { ModelSummary, VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { openDocument } from '../../../src/core/artifact/signature.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { describeModel } from '../../../src/core/onnx/description.ts';
import { classifier, labels, manifestOf, push } from '../models.ts';
import { startServer } from '../support.ts';

describe('a push', () => {
  it('becomes version 1, then 2, with what the file says of itself', async () => {
    const server = await startServer();
    const file = classifier();
    const first = await push(server, 'sides', file);
    expect(first.status).toBe(201);
    expect(first.headers['location']).toBe('/registry/v1/models/sides/versions/1');
    expect(manifestOf(first)).toMatchObject({
      version: 1,
      parent: null,
      task: 'classification',
      labels,
      device: null,
      candidate: null,
      artifacts: { dataset: null, recorded: null, topology: null },
      authority: { variant: 'fp32', file: { bytes: file.length } },
      interface: { inputs: [{ name: 'x', shape: [-1, 2] }], decision: { kind: 'softmax' } },
    });
    expect(manifestOf(await push(server, 'sides', classifier(5))).version).toBe(2);
  });

  it('has the names of columns and classes that its file came with; what was said with it counts more', async () => {
    const server = await startServer();
    const told = { features: ['left', 'right'], labels: ['west', 'east'] };
    const described = manifestOf(
      await push(server, 'sides', describeModel(classifier(), told), { labels: null }),
    );
    expect(described).toMatchObject({
      labels: ['west', 'east'],
      interface: {
        inputs: [{ meaning: { kind: 'features', names: ['left', 'right'], units: [null, null] } }],
        decision: { kind: 'softmax' },
      },
    });
    expect(manifestOf(await push(server, 'sides', describeModel(classifier(), told)))).toMatchObject({
      labels,
    });
    const wrong = { features: ['one'], labels: ['a', 'b', 'c'] };
    expect(
      manifestOf(await push(server, 'sides', describeModel(classifier(), wrong), { labels: null })),
    ).toMatchObject({ labels: null, interface: { inputs: [{ meaning: null }] } });
  });

  it('makes the first version production, and leaves it there when a second comes', async () => {
    const server = await startServer();
    await push(server, 'sides', classifier());
    await push(server, 'sides', classifier(5));
    const { json } = await server.ask('GET', 'models/sides/aliases/production');
    expect(json['signed']).toMatchObject({ version: 1, revision: 1, rollout: { share: 1 } });
  });

  it('gets an int8 variant afterwards, smaller, signed for this version', async () => {
    const server = await startServer();
    const pushed = await push(server, 'sides', classifier());
    await server.deriver.idle();
    const detail = (await server.ask('GET', 'models/sides/versions/1')).json as unknown as VersionDetail;
    expect(detail.variants).toHaveLength(1);
    const { publicKey } = server.registry.identity.signer;
    const variant = await openDocument(detail.variants[0]!, variantSchema, publicKey);
    expect(variant).toMatchObject({
      variant: 'int8',
      recipe: { kind: 'quantize-weights', bits: 8, perChannel: true },
      evaluations: [],
    });
    expect(variant.runtime).toMatch(/^onnxruntime \d/);
    expect(variant.file.bytes).toBeLessThan(manifestOf(pushed).authority.file.bytes);
    const { models } = (await server.ask('GET', 'models')).json as unknown as { models: ModelSummary[] };
    expect(models[0]!.versions[0]!.variants.map(each => each.name)).toEqual(['fp32', 'int8']);
    expect(models[0]!.versions[0]!.lacks).toEqual(['dataset', 'recorded', 'topology']);
  });

  it('makes the variant at the next start, where a crash came in between', async () => {
    const server = await startServer();
    await server.deriver.stop();
    await push(server, 'sides', classifier());
    await server.close();
    const again = await startServer({ data: server.data });
    await again.deriver.idle();
    const { json } = await again.ask('GET', 'models/sides/versions/1');
    expect(json['variants']).toHaveLength(1);
  });

  it('says exactly what is wrong with a file', async () => {
    const server = await startServer();
    const refused = async (file: Uint8Array<ArrayBuffer>) => {
      const { status, json } = await push(server, 'sides', file);
      return { status, code: json['code'], detail: json['detail'] };
    };
    const text = new TextEncoder();
    expect(await refused(text.encode('<!doctype html><p>login'))).toMatchObject({
      status: 422,
      code: 'NotOnnx',
    });
    const strange = new GraphBuilder('strange')
      .input('x', 'FP32', [1])
      .node('Frobnicate', ['x'], ['y'])
      .output('y', 'FP32', [1])
      .build();
    const unsupported = await refused(strange);
    expect(unsupported).toMatchObject({ status: 422, code: 'OperatorUnsupported' });
    expect(unsupported.detail).toContain('Frobnicate');
    const { json } = await server.ask('GET', 'models');
    expect(json['models']).toEqual([]);
  });

  it('names the chunks that have not arrived, twenty at most', async () => {
    const server = await startServer();
    const chunks = Array.from({ length: 25 }, (_, i) => ({
      digest: i.toString(16).padStart(64, '0'),
      bytes: 1,
    }));
    const { status, json } = await server.ask('POST', 'models/sides/versions', {
      token: server.key,
      body: { file: { digest: 'f'.repeat(64), bytes: 25, chunks } },
    });
    expect(status).toBe(409);
    expect(json['code']).toBe('ChunkMissing');
    expect(String(json['detail']).match(/[0-9a-f]{64}/g)).toHaveLength(20);
    expect(json['detail']).toContain('5 more');
  });
});

describe('the name of what was uploaded', () => {
  const tensor = (datatype: 'FP32' | 'FP16' | 'INT8' | null, bytes: number) => ({
    name: 't',
    datatype,
    bits: 8,
    dims: [bytes],
    offset: 0,
    bytes,
  });
  it('follows what most of its weights are', () => {
    expect(variantNameOf([])).toBe('fp32');
    expect(variantNameOf([tensor('FP32', 10), tensor('FP16', 20)])).toBe('fp16');
    expect(variantNameOf([tensor('FP32', 10), tensor('INT8', 20)])).toBe('original');
    expect(variantNameOf([tensor(null, 10)])).toBe('original');
  });
});
