import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { castWeights } from '../../../src/core/passes/cast-weights.ts';
import { quantizeBlocks } from '../../../src/core/passes/quantize-blocks.ts';
import { quantizeWeights } from '../../../src/core/passes/quantize-weights.ts';
import { composeClassifier } from '../../../src/core/teach/compose-classifier.ts';
import { embeddingPoints } from '../../../src/core/teach/embedding-points.ts';
import { probabilitiesOf } from '../../../src/core/teach/head.ts';
import { bands, frames, logMel, pictureRange } from '../../../src/core/teach/log-mel.ts';
import { makeEmbedder } from '../../../src/core/teach/make-embedder.ts';
import { assumedPreparation } from '../../../src/core/teach/photo-preparation.ts';
import { makeSoundEmbedder } from '../../../src/core/teach/sound-embedder.ts';
import { trainHead } from '../../../src/core/teach/train-head.ts';
import type { Tensor } from '../../../src/core/tensor.ts';
import { adapt } from '../../../src/core/train/adapt.ts';
import { parametersOf } from '../../../src/core/train/parameters.ts';
import type { TrainRecipe } from '../../../src/core/train/recipe.ts';
import { inMemory } from '../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { goOn, nodeHost } from '../train/nets.ts';
import { pixelsOnly } from './embedders.ts';
import { far } from './heard.ts';
import { type Signal, signalOf, soundsTensor } from './sounds.ts';

const names: readonly Signal[] = ['beep', 'rising', 'falling', 'hiss', 'clap', 'nothing'];
const embedder = await makeSoundEmbedder();

async function run(model: Bytes, sound: Tensor, output: string): Promise<Float32Array<ArrayBuffer>> {
  const session = await openNodeSession(model);
  const outputs = await session.run({ sound });
  await session.dispose();
  return outputs[output]!.data as Float32Array<ArrayBuffer>;
}

function embed(sounds: readonly Float32Array[]): Promise<Float32Array<ArrayBuffer>> {
  return run(embedder.model, soundsTensor(sounds), 'embedding');
}

describe('the embedding that is built in', () => {
  it('is a small file, always the same', async () => {
    expect(embedder.model.length).toBeLessThan(16_000);
    expect((await makeSoundEmbedder()).digest).toBe(embedder.digest);
    expect(await embed([signalOf('clap', 0)])).toHaveLength(embedder.width);
  });

  it('says how loud it is in one number; the others are those of the same sound twice as loud', async () => {
    const random = seededRandom(5);
    const noise = Float32Array.from({ length: 16_000 }, () => 0.4 * random.uniform() - 0.2);
    const rows = await embed([noise, noise.map(value => 2 * value)]);
    const [level, ...others] = rows.subarray(0, embedder.width);
    const [louder, ...same] = rows.subarray(embedder.width);
    // Twice the amplitude is four times the power, in each band alike.
    expect(louder! - level!).toBeCloseTo(Math.log(4), 2);
    expect(far(others, same)).toBeLessThan(0.01);
  });

  it('tells rising from falling, which means over time do not', async () => {
    const glides = async (name: Signal) => {
      const rows = await embed(Array.from({ length: 6 }, (_, nth) => signalOf(name, nth)));
      return Array.from({ length: 6 }, (_, row) => {
        const own = rows.subarray((row + 1) * embedder.width - 15, (row + 1) * embedder.width);
        return own.reduce((sum, value) => sum + value, 0);
      });
    };
    expect((await glides('rising')).every(sum => sum > 0)).toBe(true);
    expect((await glides('falling')).every(sum => sum < 0)).toBe(true);
  });

  it('gives a number for silence, and for the loudest', async () => {
    const rows = await embed([new Float32Array(16_000), new Float32Array(16_000).fill(1)]);
    expect(rows.every(Number.isFinite)).toBe(true);
  });
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

describe('a classifier of sounds', () => {
  const taught = once(async () => {
    const sounds = names.flatMap(name => Array.from({ length: 8 }, (_, nth) => signalOf(name, nth)));
    const embeddings = await embed(sounds);
    const labels = Int32Array.from(sounds, (_, i) => Math.floor(i / 8));
    const recordings = [...labels.keys()].map(String);
    const { head } = await trainHead({ width: embedder.width, classes: 6, embeddings, labels, recordings });
    const asked = names.flatMap(name => Array.from({ length: 8 }, (_, nth) => signalOf(name, 100 + nth)));
    return { head, asked, labels, model: composeClassifier(embedder, head) };
  });

  it('is one file from samples to probabilities, and tells most of what it never heard', async () => {
    const { head, asked, labels, model } = await taught();
    const answers = await run(model, soundsTensor(asked), 'probabilities');
    expect(far(answers, probabilitiesOf(head, await embed(asked)))).toBeLessThan(1e-5);
    const right = asked.filter((_, row) => {
      const own = [...answers.subarray(6 * row, 6 * row + 6)];
      return own.indexOf(Math.max(...own)) === labels[row];
    });
    expect(right.length).toBeGreaterThan(36);
  });

  it('hears with the same numbers when its weights are smaller: none of the spectrogram’s are weights', async () => {
    const { asked, model } = await taught();
    const sound = soundsTensor(asked.slice(0, 12));
    const heard = await run(embedder.model, sound, 'embedding');
    const smaller = [
      castWeights,
      quantizeBlocks,
      (file: Bytes) => quantizeWeights(file, { perChannel: true }),
    ];
    for (const shrink of smaller) {
      expect(await run(shrink(embedder.model), sound, 'embedding')).toEqual(heard);
    }
    const whole = await run(model, sound, 'probabilities');
    const eighth = quantizeWeights(model, { perChannel: true });
    expect(far(await run(eighth, sound, 'probabilities'), whole)).toBeLessThan(0.05);
  });

  it('hears for the next one too: what its head sees is offered as an embedding', async () => {
    const { asked, model } = await taught();
    const [point, ...others] = embeddingPoints(model, names);
    expect(others).toEqual([]);
    const again = await makeEmbedder(model, point!, null, 'sound');
    const sound = soundsTensor(asked.slice(0, 2));
    const seen = await run(again.model, sound, 'embedding');
    expect(seen).toHaveLength(2 * embedder.width);
    const length = Math.hypot(...seen.subarray(0, embedder.width));
    expect(length).toBeCloseTo(1, 5);
  });

  it('can be taught further by the gradient engine, of which nothing but its head is trained', async () => {
    const { asked, labels, model } = await taught();
    const graph = trainableGraph(model);
    expect(parametersOf(graph).map(({ name }) => name)).toEqual(['head.weight', 'head.bias']);
    // The classes change places: what it knew says nothing of them.
    const wanted = labels.map(label => (label + 1) % names.length);
    const target = { datatype: 'INT32' as const, shape: [wanted.length], data: wanted };
    const inputs = { sound: soundsTensor(asked) };
    const job = {
      model: graph,
      output: 'probabilities',
      train: inMemory({ rows: wanted.length, inputs, target }),
      validation: null,
      recipe,
    };
    const host = nodeHost();
    const { weights } = await adapt(job, host, goOn, () => undefined);
    await host.dispose();
    for (const [name, tensor] of weights) graph.initializers.set(name, tensor);
    const answers = await run(graph.toBytes(), inputs.sound, 'probabilities');
    const right = wanted.filter((label, row) => answers[names.length * row + label]! > 0.5);
    expect(right.length).toBeGreaterThan(36);
  });
});

const recipe: TrainRecipe = {
  kind: 'train',
  engine: 'onnx',
  scope: 'all',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  learningRate: 0.1,
  epochs: 20,
  batchSize: 16,
  seed: 1,
  newSampleRepeats: 1,
};

describe('a sound for an image model', () => {
  const sound = signalOf('rising', 3);
  const [black, white] = pictureRange;
  /** [bands, frames], 0 to 1. */
  const picture = Array.from({ length: bands * frames }, (_, at) => {
    const value = logMel(sound)[(at % frames) * bands + Math.floor(at / frames)]!;
    return Math.min(1, Math.max(0, (value - black) / (white - black)));
  });

  it('is its spectrogram, low tones first, the same in each colour, scaled as the model wants it', async () => {
    const sizes = { height: bands, width: frames, layout: 'NCHW', channels: 3 } as const;
    const { model } = await pixelsOnly(
      { ...sizes, mean: [0.5, 0.4, 0.3], deviation: [0.5, 0.25, 0.2] },
      'sound',
    );
    const got = await run(model, soundsTensor([sound]), 'embedding');
    const want = [
      [0.5, 0.5],
      [0.4, 0.25],
      [0.3, 0.2],
    ].flatMap(([mean, deviation]) => picture.map(value => (value - mean!) / deviation!));
    expect(got).toHaveLength(want.length);
    expect(far(got, want)).toBeLessThan(1e-4);
  });

  it('is resized as photos are: a picture of half the size is of means', async () => {
    const half = { height: bands / 2, width: frames / 2, layout: 'NHWC', channels: 1 } as const;
    const { model } = await pixelsOnly({ ...half, mean: [0], deviation: [1] }, 'sound');
    const got = await run(model, soundsTensor([sound]), 'embedding');
    const mean = (values: ArrayLike<number>) =>
      Array.from(values).reduce((sum, each) => sum + each, 0) / values.length;
    expect(mean(got)).toBeCloseTo(mean(picture), 2);
    expect(Math.max(...got)).toBeLessThanOrEqual(Math.max(...picture));
  });

  it('is given in bytes to a model that prepares photos itself', async () => {
    const small = { height: 16, width: 16, layout: 'NHWC', channels: 1, mean: [0], deviation: [1] } as const;
    const ofPhotos = await pixelsOnly(small);
    const point = { value: 'embedding', width: ofPhotos.width, pools: false, share: 1 };
    const bytes = assumedPreparation({ shape: [1, 128, 128, 3] }, 'bytes')!;
    const { model } = await makeEmbedder(ofPhotos.model, point, bytes, 'sound');
    const direct = await pixelsOnly(small, 'sound');
    const [got, want] = [
      await run(model, soundsTensor([sound]), 'embedding'),
      await run(direct.model, soundsTensor([sound]), 'embedding'),
    ];
    expect(got).toHaveLength(256);
    // Brought to 128 × 128 first, and rounded there: edges are a little softer.
    expect(far(got, want)).toBeLessThan(0.1);
    const apart = got.reduce((sum, value, i) => sum + Math.abs(value - want[i]!), 0) / 256;
    expect(apart).toBeLessThan(0.02);
  });
});
