import { describe, expect, it } from 'vitest';
import { type Variant, variantSchema } from '../../../src/core/artifact/documents.ts';
import type { RegistryEvent, VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../../src/core/artifact/signature.ts';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { placeLowRankChange } from '../../../src/core/onnx/low-rank.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { type CandidateOptions, classifier, makeCandidate, manifestOf, push } from '../models.ts';
import { type Answer, audienceOf, enrolDevice, setDevice, startServer } from '../support.ts';

async function scene() {
  const server = await startServer();
  const file = classifier();
  const parent = { detail: await push(server, 'sides', file), file };
  await server.deriver.idle();
  const device = await enrolDevice(server, 'trainer');
  const token = await device.token(audienceOf(server));
  const make = (options?: CandidateOptions) => makeCandidate(server, device, token, parent, options);
  const send = (candidate: object): Promise<Answer> =>
    server.ask('POST', 'candidates', { token, body: candidate });
  return { server, device, token, make, send };
}

/** With a change of nothing beside a weight. */
function withChange(file: Bytes, weight = 'first', rank = 1): Bytes {
  const graph = Graph.read(file);
  const [rows, columns] = graph.initializers.get(weight)!.shape as [number, number];
  const left = float32(
    [rows, rank],
    Float32Array.from({ length: rows * rank }, (_, i) => Math.sin(i)),
  );
  const right = float32([rank, columns], new Float32Array(rank * columns));
  placeLowRankChange(graph, { weight, left, right, scale: 1 }, [rows, columns]);
  return graph.toBytes();
}

/** As the classifier, with one large weight in its midst. */
function wideClassifier(): Bytes {
  const width = 1650;
  const noise = (...shape: [number, number]) =>
    float32(
      shape,
      Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i * i) / width),
    );
  const { shape } = Graph.read(classifier()).initializers.get('second')!;
  return new GraphBuilder('wide')
    .input('x', 'FP32', [-1, 2])
    .initializer('first', noise(2, width))
    .initializer('middle', noise(width, width))
    .initializer('narrow', noise(width, shape[0]!))
    .initializer('second', noise(shape[0]!, 2))
    .node('MatMul', ['x', 'first'], ['a'])
    .node('MatMul', ['a', 'middle'], ['b'])
    .node('Relu', ['b'], ['c'])
    .node('MatMul', ['c', 'narrow'], ['d'])
    .node('MatMul', ['d', 'second'], ['logits'])
    .node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } })
    .output('probabilities', 'FP32', [-1, 2])
    .build();
}

describe('a candidate', () => {
  it('becomes the next version, with its lineage, and its int8 variant is measured on its held-out rows', async () => {
    const { server, device, make, send } = await scene();
    const news: RegistryEvent[] = [];
    server.registry.events.subscribe(event => news.push(event));
    const receipt = await send(await make());
    expect(receipt.status).toBe(201);
    expect(receipt.json).toMatchObject({ model: 'sides', version: 2 });
    expect(news).toEqual([{ type: 'version', model: 'sides', version: 2 }]);
    await server.deriver.idle();
    const detail = await server.ask('GET', 'models/sides/versions/2');
    expect(manifestOf(detail)).toMatchObject({
      version: 2,
      parent: { version: 1 },
      device: device.keyId,
      candidate: receipt.json['candidate'],
    });
    const [envelope] = (detail.json as unknown as VersionDetail).variants;
    const int8: Variant = readDocument(envelope!, variantSchema);
    expect(int8.evaluations).toMatchObject([
      {
        part: 'test',
        origin: 'parent',
        n: 3,
        metrics: { accuracy: 1 },
        confusion: [
          [1, 0],
          [0, 2],
        ],
      },
    ]);
  });

  it('is delivered once: sent again, also side by side, it gets the same receipt', async () => {
    const { server, make, send } = await scene();
    const candidate = await make();
    const answers = await Promise.all([send(candidate), send(candidate), send(candidate)]);
    answers.push(await send(candidate));
    expect(answers.map(each => each.status).sort()).toEqual([200, 200, 200, 201]);
    for (const answer of answers) expect(answer.json).toEqual(answers[0].json);
    const { json } = await server.ask('GET', 'models/sides');
    expect(json['versions']).toHaveLength(2);
  });

  it('may have siblings: the later commit gets the higher number', async () => {
    const { server, make, send } = await scene();
    const [one, two] = [await make(), await make({ change: { note: 'another' } })];
    expect((await send(one)).json['version']).toBe(2);
    expect((await send(two)).json['version']).toBe(3);
    const { json } = await server.ask('GET', 'models/sides');
    const versions = json['versions'] as { parent: { version: number } | null }[];
    expect(versions.map(each => each.parent?.version)).toEqual([1, 1, undefined]);
  });

  it('may have another graph than its parent, where low-rank changes stand beside the weights', async () => {
    const { server, make, send } = await scene();
    const receipt = await send(await make({ rewrite: file => withChange(file) }));
    expect(receipt.status).toBe(201);
    const [first, second] = [
      manifestOf(await server.ask('GET', 'models/sides/versions/1')),
      manifestOf(await server.ask('GET', 'models/sides/versions/2')),
    ];
    expect(second.architecture).not.toBe(first.architecture);
    expect(second.interface).toEqual(first.interface);
    await server.deriver.idle();
    const { variants } = (await server.ask('GET', 'models/sides/versions/2'))
      .json as unknown as VersionDetail;
    expect(variants.map(each => readDocument(each, variantSchema).variant)).toEqual(['int8']);
  });

  it('of a model of 11 MB that keeps low-rank changes apart costs a twentieth of it, to send and to get', async () => {
    const { server, device, token } = await scene();
    const file = wideClassifier();
    const parent = { detail: await push(server, 'wide', file), file };
    const trained = withChange(file, 'middle', 8);
    const { ref, chunks } = await chunkFile(trained, tensorLayout(trained));
    const { json } = await server.ask('POST', 'chunks/missing', {
      token,
      body: { digests: ref.chunks.map(chunk => chunk.digest) },
    });
    const sent = (json['missing'] as string[]).reduce((sum, digest) => sum + chunks.get(digest)!.length, 0);
    const candidate = await makeCandidate(server, device, token, parent, {
      rewrite: () => trained,
      change: { artifacts: { dataset: null, recorded: null, topology: null } },
    });
    const receipt = await server.ask('POST', 'candidates', { token, body: candidate });
    expect(receipt.json).toMatchObject({ model: 'wide', version: 2 });
    const [one, two] = [
      manifestOf(await server.ask('GET', 'models/wide/versions/1')),
      manifestOf(await server.ask('GET', 'models/wide/versions/2')),
    ];
    const has = new Set(one.authority.file.chunks.map(chunk => chunk.digest));
    const got = two.authority.file.chunks
      .filter(chunk => !has.has(chunk.digest))
      .reduce((sum, chunk) => sum + chunk.bytes, 0);
    expect(file.length).toBeGreaterThan(10e6);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBe(got);
    expect(sent / trained.length).toBeLessThan(0.05);
  }, 90_000);

  const wrong: [string, CandidateOptions, number, string][] = [
    ['another architecture', { change: { architecture: '0'.repeat(64) } }, 422, 'ModelInvalid'],
    [
      'a parent that is not here',
      { change: { parent: { version: 9, digest: '0'.repeat(64) } } },
      404,
      'NotFound',
    ],
    [
      'another parent by that number',
      { change: { parent: { version: 1, digest: '0'.repeat(64) } } },
      404,
      'NotFound',
    ],
    ['no parent, under the name of a model', { change: { parent: null } }, 409, 'Conflict'],
    ['no device', { change: { device: null } }, 403, 'Forbidden'],
    ['another device', { change: { device: 'b'.repeat(64) } }, 403, 'Forbidden'],
    [
      "another graph and other labels than its parent's",
      { rewrite: file => withChange(file), change: { labels: ['up', 'down'] } },
      422,
      'ModelInvalid',
    ],
    ['labels that are too few', { change: { labels: ['one'] } }, 422, 'ModelInvalid'],
    ['recorded answers that it does not give', { recordedAnswer: [0.9, 0.1] }, 422, 'ModelInvalid'],
  ];
  it.each(wrong)('is refused with %s', async (_what, options, status, code) => {
    const { server, make, send } = await scene();
    const answer = await send(await make(options));
    expect({ status: answer.status, code: answer.json['code'] }).toEqual({ status, code });
    expect((await server.ask('GET', 'models/sides')).json['versions']).toHaveLength(1);
  });

  it('may come of samples alone, where its parent came without data: its lineage says so', async () => {
    const { server, make, send } = await scene();
    const digest = 'd'.repeat(64);
    const rows = { train: 20, validation: 0, test: 5 };
    const evaluation = {
      part: 'test',
      origin: 'new',
      dataset: digest,
      n: 5,
      metrics: { accuracy: 0.8 },
      interval: { metric: 'accuracy', level: 0.95, low: 0.38, high: 0.96, method: 'wilson' },
      confusion: null,
    } as const;
    const change = {
      recipe: { kind: 'train', distillation: { weight: 0.2, temperature: 2 } },
      data: { digest, rows, added: { digest, rows, shared: false } },
      evaluations: [evaluation],
      artifacts: { dataset: null, recorded: null, topology: null },
    };
    expect(await send(await make({ change }))).toMatchObject({ status: 201, json: { version: 2 } });
    await server.deriver.idle();
    const detail = await server.ask('GET', 'models/sides/versions/2');
    expect(manifestOf(detail)).toMatchObject({ parent: { version: 1 }, ...change });
    const [int8] = (detail.json as unknown as VersionDetail).variants;
    expect(readDocument(int8!, variantSchema).evaluations).toEqual([]);
    const { json } = await server.ask('GET', 'models');
    expect(json).toMatchObject({
      models: [
        {
          versions: [
            { version: 2, evaluations: [evaluation], lacks: ['dataset', 'recorded', 'topology'] },
            {},
          ],
        },
      ],
    });
  });

  it('is refused where it answers to other labels than its parent, or is for another task', async () => {
    const { make, send } = await scene();
    const { signed } = await make();
    const labels = [...(signed['labels'] as string[])].reverse();
    for (const change of [{ labels }, { task: 'regression' as const }]) {
      const answer = await send(await make({ change }));
      expect({ status: answer.status, code: answer.json['code'] }).toEqual({
        status: 422,
        code: 'ModelInvalid',
      });
      expect(answer.json['detail']).toContain('keeps its interface, labels and task');
    }
  });

  it('is refused when it was changed after it was signed', async () => {
    const { make, send } = await scene();
    const candidate = await make();
    const answer = await send({ ...candidate, signed: { ...candidate.signed, note: 'changed' } });
    expect(answer.json['code']).toBe('SignatureInvalid');
  });

  it('is refused when the device that signed it may not send any, whoever brings it', async () => {
    const { server, device, make } = await scene();
    const candidate = await make();
    await setDevice(server, device.keyId, { status: 'approved', role: 'device' });
    const answer = await server.ask('POST', 'candidates', { token: server.key, body: candidate });
    expect({ status: answer.status, code: answer.json['code'] }).toEqual({ status: 403, code: 'Forbidden' });
  });

  it('waits for its chunks', async () => {
    const { make, send } = await scene();
    const good = await make();
    const file = {
      digest: 'c'.repeat(64),
      bytes: 3,
      chunks: [{ digest: 'd'.repeat(64), bytes: 3 }],
    };
    const candidate = await make({ change: { authority: { variant: 'fp32', file } } });
    const answer = await send(candidate);
    expect({ status: answer.status, code: answer.json['code'] }).toEqual({
      status: 409,
      code: 'ChunkMissing',
    });
    expect(answer.json['detail']).toContain('d'.repeat(64));
    expect((await send(good)).status).toBe(201);
  });
});
