// What a file becomes when its model has learnt: the bytes that stay, and what low-rank changes beside the weights cost, answer,
// and are worth later.
import { create } from '@bufbuild/protobuf';
import { TensorProtoSchema } from 'onnx-buf';
import { beforeAll, describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { architectureDigest } from '../../../src/core/onnx/architecture.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { findLowRankChanges } from '../../../src/core/onnx/low-rank.ts';
import { readInitializers } from '../../../src/core/onnx/patch.ts';
import { writeModel } from '../../../src/core/onnx/write.ts';
import { quantizeWeights } from '../../../src/core/passes/quantize-weights.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { adapt } from '../../../src/core/train/adapt.ts';
import type { Learnt } from '../../../src/core/train/learnt.ts';
import type { LoraOptions, TrainRecipe } from '../../../src/core/train/recipe.ts';
import { replaceHead } from '../../../src/core/train/replace-head.ts';
import { inMemory } from '../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { trainedFile } from '../../../src/core/train/trained-file.ts';
import { clouds, goOn, nodeHost } from './nets.ts';

const train = clouds(32);

/** A net of dense layers of these widths, each weight in an initializer, or in a `Constant`. */
function net(widths: readonly number[], isConstant = false): Bytes {
  const random = seededRandom(widths.length);
  const builder = new GraphBuilder('net').input('features', 'FP32', [-1, widths[0]!]);
  const last = widths.slice(1).reduce((before, width, i) => {
    const rows = widths[i]!;
    const bound = Math.sqrt(6 / (rows + width));
    const values = Float32Array.from({ length: rows * width }, () => (2 * random.uniform() - 1) * bound);
    const weight = float32([rows, width], values);
    if (isConstant) builder.node('Constant', [], [`w${i}`], { value: { tensor: weight } });
    else builder.initializer(`w${i}`, weight);
    builder.node('MatMul', [before, `w${i}`], [`d${i}`]);
    if (i === widths.length - 2) return `d${i}`;
    builder.node('Relu', [`d${i}`], [`r${i}`]);
    return `r${i}`;
  }, 'features');
  builder.node('Softmax', [last], ['probabilities'], { axis: { int: -1 } });
  return builder.output('probabilities', 'FP32', [-1, widths.at(-1)!]).build();
}

async function learn(
  file: Bytes,
  lora: Partial<LoraOptions> | null,
  changes: Partial<TrainRecipe> = {},
): Promise<Learnt> {
  const recipe: TrainRecipe = {
    kind: 'train',
    engine: 'onnx',
    scope: lora ? 'lora' : 'head',
    ...(lora && { lora: { rank: 8, alpha: 8, ...lora } }),
    loss: 'sparse-categorical-cross-entropy',
    optimizer: 'adam',
    learningRate: 0.002,
    epochs: 2,
    batchSize: 16,
    seed: 3,
    newSampleRepeats: 1,
    ...changes,
  };
  const model = trainableGraph(file);
  const job = { model, output: 'probabilities', train: inMemory(train), validation: null, recipe };
  return adapt(job, nodeHost(), goOn, () => undefined);
}

async function answer(file: Bytes): Promise<Float32Array> {
  const session = await openNodeSession(file);
  const { probabilities } = await session.run(train.inputs);
  await session.dispose();
  return probabilities!.data as Float32Array;
}

async function difference(a: Bytes, b: Bytes): Promise<number> {
  const [left, right] = [await answer(a), await answer(b)];
  return Math.max(...left.map((value, i) => Math.abs(value - right[i]!)));
}

/** Bytes of the chunks of `after` that who has `before` lacks, as a share of all. */
async function lacking(before: Bytes, after: Bytes): Promise<number> {
  const has = (await chunkFile(before, tensorLayout(before))).chunks;
  const { chunks } = await chunkFile(after, tensorLayout(after));
  const lacks = [...chunks].filter(([digest]) => !has.has(digest));
  return lacks.reduce((sum, [, { length }]) => sum + length, 0) / after.length;
}

const changesIn = (file: Bytes) => findLowRankChanges(Graph.read(file));

describe('low-rank changes kept beside the weights of a model of 13 MB', () => {
  const parent = net([2, 1024, 1024, 1024, 1024, 3]);
  let delta: Bytes;
  let merged: Bytes;

  beforeAll(async () => {
    delta = trainedFile(parent, await learn(parent, { keep: 'delta' }));
    merged = trainedFile(parent, await learn(parent, { keep: 'merged' }));
  });

  it('leave the weights their bytes: a device that has the parent lacks a twentieth at most', async () => {
    expect(parent.length).toBeGreaterThan(10e6);
    const [before, after] = [readInitializers(parent), readInitializers(delta)];
    const bytes = ({ data }: Tensor) => Buffer.from((data as Float32Array).buffer);
    for (const [name, weight] of before) expect(bytes(after.get(name)!).equals(bytes(weight))).toBe(true);
    expect(await lacking(parent, delta)).toBeLessThan(0.05);
    expect(await lacking(parent, merged)).toBeGreaterThan(0.9);
  });

  it('answer as they do within the weights', async () => {
    expect(await difference(delta, parent)).toBeGreaterThan(0.01);
    expect(await difference(delta, merged)).toBeLessThan(1e-5);
  });

  it('leave an int8 variant the bytes of its weights too, and its answers', async () => {
    const [small, before] = [delta, parent].map(file => quantizeWeights(file, { perChannel: true })) as [
      Bytes,
      Bytes,
    ];
    expect(small.length).toBeLessThan(0.33 * delta.length);
    expect(await lacking(before, small)).toBeLessThan(0.15);
    expect(await difference(small, delta)).toBeLessThan(0.05);
  });

  it('are parameters of no other scope, and told by an inspection', () => {
    expect(changesIn(delta).map(({ weight }) => weight)).toEqual(['w1', 'w2', 'w3']);
    expect(inspectModel(delta).inputs).toEqual(inspectModel(parent).inputs);
    expect(inspectModel(delta).outputs).toEqual(inspectModel(parent).outputs);
  });
});

describe.each([false, true])('a file with low-rank changes, weights in Constant nodes: %s', isConstant => {
  const parent = net([2, 24, 24, 3], isConstant);
  const lora = { rank: 2, alpha: 4, targets: ['w1', 'w2'] };
  let delta: Bytes;

  beforeAll(async () => {
    delta = trainedFile(parent, await learn(parent, { ...lora, keep: 'delta' }));
  });

  it('is taught on where they are, without a second one, whatever the rank that is asked for', async () => {
    const again = trainedFile(delta, await learn(delta, { ...lora, rank: 5, keep: 'delta' }));
    expect(again.length).toBe(delta.length);
    expect(await architectureDigest(again)).toBe(await architectureDigest(delta));
    expect(changesIn(again)).toHaveLength(2);
    expect(await difference(again, delta)).toBeGreaterThan(1e-3);
  });

  it('gets more beside them for other weights', async () => {
    const more = trainedFile(delta, await learn(delta, { ...lora, targets: ['w0'], keep: 'delta' }));
    expect(
      changesIn(more)
        .map(({ weight }) => weight)
        .sort(),
    ).toEqual(['w0', 'w1', 'w2']);
    const values = ({ left, right }: { left: string; right: string }, file: Bytes) => {
      const { initializers } = Graph.read(file);
      return [initializers.get(left)!.data, initializers.get(right)!.data];
    };
    const before = new Map(changesIn(delta).map(change => [change.weight, values(change, delta)]));
    for (const change of changesIn(more).filter(({ weight }) => weight !== 'w0')) {
      expect(values(change, more)).toEqual(before.get(change.weight));
    }
  });

  it('takes them in when they are merged later: no node is left, the answers stay', async () => {
    const learnt = await learn(delta, { ...lora, keep: 'merged' });
    const merged = trainedFile(delta, learnt);
    const kept = trainedFile(delta, await learn(delta, { ...lora, keep: 'delta' }));
    expect(changesIn(merged)).toEqual([]);
    expect(Graph.read(merged).nodes).toHaveLength(Graph.read(parent).nodes.length);
    expect([...Graph.read(merged).initializers.keys()]).toEqual([...Graph.read(parent).initializers.keys()]);
    expect(await difference(merged, kept)).toBeLessThan(1e-5);
    expect(await difference(merged, delta)).toBeGreaterThan(1e-3);
  });

  it('keeps them where something else is trained, and trains the weight that one stands beside', async () => {
    const head = trainedFile(delta, await learn(delta, null, { learningRate: 0.05 }));
    expect(changesIn(head)).toHaveLength(2);
    const weight = (file: Bytes, name: string) => readInitializers(file).get(name)!.data;
    expect(weight(head, 'w2')).not.toEqual(weight(delta, 'w2'));
    expect(weight(head, 'w1')).toEqual(weight(delta, 'w1'));
  });

  it('loses the one of the head where the head starts anew', async () => {
    const anew = replaceHead(trainableGraph(delta), 'probabilities', 4, seededRandom(1));
    expect(findLowRankChanges(anew).map(({ weight }) => weight)).toEqual(['w1']);
    const session = await openNodeSession(anew.toBytes());
    const { probabilities } = await session.run(train.inputs);
    await session.dispose();
    expect(probabilities!.shape).toEqual([32, 4]);
  });
});

it('stores a weight that was a list of numbers, and what stands beside it, as the graph that was trained', async () => {
  const file = listed();
  const delta = trainedFile(file, await learn(file, { rank: 1, targets: ['w'], keep: 'delta' }));
  expect(changesIn(delta)).toHaveLength(1);
  expect(Array.from(Graph.read(delta).initializers.get('w')!.data as Float32Array)).toEqual(listedWeight);
});

const listedWeight = [1, 2, 3, 4, 5, 6];

/** A weight that lies in `float_data`, not in one run of bytes. */
function listed(): Bytes {
  const model = Graph.read(
    new GraphBuilder('listed')
      .input('features', 'FP32', [-1, 2])
      .initializer('w', float32([2, 3], listedWeight))
      .node('MatMul', ['features', 'w'], ['logits'])
      .node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } })
      .output('probabilities', 'FP32', [-1, 3])
      .build(),
  ).toModel();
  model.graph!.initializer = [
    create(TensorProtoSchema, { name: 'w', dataType: 1, dims: [2n, 3n], floatData: listedWeight }),
  ];
  return writeModel(model);
}
