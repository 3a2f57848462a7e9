import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateParts } from '../../demo/evaluate.ts';
import { initial, prepare, trainVersion } from '../../demo/train.ts';
import { digits } from '../../demo/recipes/digits.ts';
import { iris } from '../../demo/recipes/iris.ts';
import { type Bytes, sha256 } from '../../src/core/artifact/digest.ts';
import { packageDocumentName, packageSchema } from '../../src/core/artifact/package.ts';
import { recordedSchema } from '../../src/core/artifact/recorded.ts';
import { parseDataset } from '../../src/core/data/dataset.ts';
import { cellCounts } from '../../src/core/data/drawing.ts';
import { gunzip } from '../../src/core/gunzip.ts';
import { decide } from '../../src/core/evaluate/decide.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { readInitializers } from '../../src/core/onnx/patch.ts';
import { smokeTest } from '../../src/core/runtime/smoke-test.ts';
import { float32 } from '../../src/core/tensor.ts';
import { openNodeSession } from '../../server/inference/session.ts';
import { createTfjsEngine } from '../../src/tfjs/engine.ts';
import { toLayersModel } from '../../src/tfjs/from-onnx.ts';
import { parseTopology } from '../../src/tfjs/topology.ts';
import { readDigitTraces } from '../fixtures/digit-traces.ts';

const versions = [
  ['iris', 1],
  ['iris', 2],
  ['digits', 1],
] as const;

function read(model: string, version: number, file: string): Bytes {
  return new Uint8Array(readFileSync(join('demo/models', model, String(version), file)));
}
function readJson(model: string, version: number, file: string): unknown {
  return JSON.parse(new TextDecoder().decode(read(model, version, file)));
}
const readPackage = (model: string, version: number) =>
  packageSchema.parse(readJson(model, version, packageDocumentName));

describe.each(versions)('%s %i', (model, version) => {
  const document = readPackage(model, version);

  it('measures again what its document says, for both variants', async () => {
    const { file, schema } = document.artifacts.dataset!;
    const csv = await gunzip(read(model, version, file), 1e6);
    const dataset = parseDataset(new TextDecoder().decode(csv), schema);
    expect(await sha256(csv)).toBe(document.data!.digest);
    expect(document.data!.rows).toEqual(
      Object.fromEntries(
        ['train', 'validation', 'test'].map(part => [
          part,
          dataset.parts.filter(each => each === part).length,
        ]),
      ),
    );
    const claims = [
      [document.authority.file, document.evaluations],
      [document.variants[0]!.file, document.variants[0]!.evaluations],
    ] as const;
    for (const [name, claimed] of claims) {
      const measured = await evaluateParts(
        read(model, version, name),
        document.interface,
        document.labels!,
        dataset,
        document.data!.digest,
      );
      expect(measured.map(each => each.confusion)).toEqual(claimed.map(each => each.confusion));
      measured.forEach((each, i) => {
        for (const [metric, value] of Object.entries(each.metrics)) {
          expect(value, metric).toBeCloseTo(claimed[i]!.metrics[metric]!, 5);
        }
      });
    }
  });

  it('passes its own smoke test', async () => {
    const recorded = recordedSchema.parse(readJson(model, version, 'recorded.json'));
    expect(recorded.cases).toHaveLength(8);
    const session = await openNodeSession(read(model, version, document.authority.file));
    expect((await smokeTest(session, recorded)).agrees).toBe(true);
    await session.dispose();
  });

  it('can be trained on: its topology takes its weights', async () => {
    await createTfjsEngine(['cpu']);
    const topology = parseTopology(readJson(model, version, 'topology.json'));
    const network = await toLayersModel(topology, read(model, version, document.authority.file));
    expect(network.layers.map(layer => layer.name)).toEqual(expect.arrayContaining(topology.head));
    network.dispose();
  });
});

describe('iris', () => {
  const accuracy = (version: number) => {
    const test = readPackage('iris', version).evaluations.find(each => each.part === 'test')!;
    return { right: Math.round(test.metrics['accuracy']! * test.n!), n: test.n };
  };

  it('version 2 has at least 28 of 30 right, and more than version 1', () => {
    expect(accuracy(2).n).toBe(30);
    expect(accuracy(2).right).toBeGreaterThanOrEqual(28);
    expect(accuracy(2).right).toBeGreaterThan(accuracy(1).right);
  });

  it('has one architecture throughout, and version 2 names its parent', async () => {
    expect(await architectureDigest(read('iris', 2, 'model.onnx'))).toBe(
      await architectureDigest(read('iris', 1, 'model.onnx')),
    );
    expect(readPackage('iris', 2).parent).toEqual({ version: 1 });
  });

  it('version 1 comes out of its recipe again', async () => {
    const engine = await createTfjsEngine(['cpu']);
    const { dataset, digest } = await prepare(iris, 'demo');
    expect(digest).toBe(readPackage('iris', 1).data!.digest);
    const file = await trainVersion(
      engine,
      iris,
      iris.versions[0]!,
      dataset,
      await initial(iris, dataset),
      () => undefined,
    );
    const committed = readInitializers(read('iris', 1, 'model.onnx'));
    for (const [name, { data }] of readInitializers(file)) {
      const wanted = committed.get(name)!.data as Float32Array;
      (data as Float32Array).forEach((value, i) =>
        expect(Math.abs(value - wanted[i]!)).toBeLessThanOrEqual(1e-6),
      );
    }
  });
});

describe('digits', () => {
  const document = readPackage('digits', 1);
  let answers: string[];

  beforeAll(async () => {
    const session = await openNodeSession(read('digits', 1, document.authority.file));
    const images = readDigitTraces().map(({ strokes }) => cellCounts(strokes, { size: 8, cell: 4 }));
    const outputs = await session.run({
      image: float32(
        [images.length, 1, 8, 8],
        images.flatMap(image => [...image]),
      ),
    });
    answers = decide(document.interface, document.labels, outputs).map(each => each.label!);
    await session.dispose();
  });

  it('has at least 98% of the held-out digits right', () => {
    const test = document.evaluations.find(each => each.part === 'test')!;
    expect(test.n).toBeGreaterThan(350);
    expect(test.metrics['accuracy']).toBeGreaterThanOrEqual(0.98);
  });

  it('is small enough to be trained on in a browser', () => {
    const weights = [...readInitializers(read('digits', 1, 'model.onnx')).values()];
    expect(weights.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(30_000);
    expect(digits.head).toEqual(['digit']);
  });

  it('reads at least nine of ten pointer traces right', () => {
    const wanted = readDigitTraces().map(({ digit }) => digit);
    expect(wanted).toHaveLength(10);
    expect(
      answers.filter((answer, i) => answer === wanted[i]).length,
      answers.join(' '),
    ).toBeGreaterThanOrEqual(9);
  });
});
