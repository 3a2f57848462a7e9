// What is trained, and what stays: scopes, low-rank changes, running statistics, the cached prefix.
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import type { Graph } from '../../../src/core/onnx/graph.ts';
import type { OpenSession } from '../../../src/core/runtime/session.ts';
import { memoryStepHost } from '../../../src/core/runtime/step-host.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { replaceHead } from '../../../src/core/train/replace-head.ts';
import { adapt } from '../../../src/core/train/adapt.ts';
import { fit } from '../../../src/core/train/fit.ts';
import type { TrainRecipe } from '../../../src/core/train/recipe.ts';
import { inMemory, type Samples } from '../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { clouds, goOn, job, labelled, network, nodeHost, normalizedNet } from './nets.ts';

const recipe: TrainRecipe = {
  kind: 'train',
  engine: 'onnx',
  scope: 'all',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  learningRate: 0.02,
  epochs: 8,
  batchSize: 16,
  seed: 3,
  newSampleRepeats: 1,
};
const train = clouds(48);

async function adapted(model: Graph, changes: Partial<TrainRecipe>, samples: Samples = train) {
  const losses: number[] = [];
  const { weights } = await adapt(
    {
      model,
      output: 'probabilities',
      train: inMemory(samples),
      validation: null,
      recipe: { ...recipe, ...changes },
    },
    nodeHost(),
    goOn,
    ({ loss }) => losses.push(loss),
  );
  return { weights, names: [...weights.keys()], losses };
}
const numbers = (tensor: Tensor | undefined) => Array.from(tensor!.data as Float32Array);

describe('the scope of a recipe', () => {
  const model = network('mlp:8,6', train, 3);

  it('is all, the head, the last layers, names, or biases', async () => {
    const layer = (name: string) => [`${name}.weight`, `${name}.bias`];
    const all = [...layer('hidden1'), ...layer('hidden2'), ...layer('output')];
    expect((await adapted(model, { scope: 'all' })).names).toEqual(all);
    expect((await adapted(model, { scope: 'head' })).names).toEqual(layer('output'));
    expect((await adapted(model, { scope: 'last', layers: 2 })).names).toEqual(all.slice(2));
    expect((await adapted(model, { scope: 'names', pattern: 'hidden*.weight, output.bias' })).names).toEqual([
      'hidden1.weight',
      'hidden2.weight',
      'output.bias',
    ]);
    expect((await adapted(model, { scope: 'biases' })).names).toEqual(
      all.filter(name => name.endsWith('bias')),
    );
  });

  it('never holds what the input is standardised by', async () => {
    await expect(adapted(model, { scope: 'names', pattern: 'features.*' })).rejects.toMatchObject({
      code: 'TrainingImpossible',
      detail: expect.stringContaining("'hidden1.weight'"),
    });
  });

  it('makes the loss fall, whichever it is', async () => {
    for (const scope of ['all', 'head', 'biases', 'lora'] as const) {
      const { losses } = await adapted(model, { scope, epochs: 15 });
      expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.95);
    }
  });
});

describe('low-rank changes', () => {
  it('end as weights of the model itself, of that rank', async () => {
    const model = network('mlp:8,6', train, 3);
    const { weights, names } = await adapted(model, {
      scope: 'lora',
      lora: { rank: 1, alpha: 2, targets: ['hidden2.*'] },
    });
    expect(names).toEqual(['hidden2.weight']);
    const change = numbers(weights.get('hidden2.weight')).map(
      (value, i) => value - numbers(model.initializers.get('hidden2.weight'))[i]!,
    );
    const row = (r: number) => change.slice(r * 6, r * 6 + 6);
    const minor = (r: number, c: number) => row(0)[0]! * row(r)[c]! - row(0)[c]! * row(r)[0]!;
    expect(Math.max(...change.map(Math.abs))).toBeGreaterThan(1e-3);
    for (let r = 1; r < 8; r++) for (let c = 1; c < 6; c++) expect(Math.abs(minor(r, c))).toBeLessThan(1e-6);
  });

  it('reach convolutions too', async () => {
    const { names, losses } = await adapted(
      normalizedNet(),
      { scope: 'lora', epochs: 20, lora: { rank: 2, alpha: 4 } },
      images(),
    );
    expect(names).toEqual(['conv.weight', 'head.weight']);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  it.each(['biases', 'lora'] as const)('%s trains a head that was drawn anew whole', async scope => {
    const before = normalizedNet();
    const model = replaceHead(before, 'probabilities', 2, seededRandom(9));
    const { weights } = await adapt(
      {
        model,
        output: 'probabilities',
        train: inMemory(images()),
        validation: null,
        recipe: { ...recipe, scope, lora: { rank: 1, alpha: 1 } },
        newHead: true,
      },
      nodeHost(),
      goOn,
      () => undefined,
    );
    for (const name of ['head.weight', 'head.bias']) {
      expect(weights.get(name)!.data, name).not.toEqual(model.initializers.get(name)!.data);
    }
  });
});

/** 3×3 images that are bright above or below. */
function images(): Samples {
  const flat = labelled(
    9,
    Array.from({ length: 20 }, (_, row) =>
      Array.from(
        { length: 9 },
        (_pixel, i) => (row % 2 === Math.floor(i / 5) ? 1 : 0) + ((row * 7 + i * 3) % 5) / 10,
      ),
    ),
    Array.from({ length: 20 }, (_, row) => row % 2),
  );
  const { data } = flat.inputs['features']!;
  return { ...flat, inputs: { features: float32([20, 1, 3, 3], data as Float32Array<ArrayBuffer>) } };
}

describe('batch normalization', () => {
  it('follows the batches with its running statistics, as ONNX defines them', async () => {
    const model = normalizedNet();
    const samples = images();
    const step = { trainable: new Set(['bn.bias']), epochs: 1, batchSize: 20, maxCacheBytes: 0 };
    const { weights } = await fit(job(model, samples, step), nodeHost(), goOn, () => undefined);
    const convolved = convolve(
      numbers(samples.inputs['features']),
      numbers(model.initializers.get('conv.weight')),
    );
    const mean = convolved.map(values => values.reduce((a, b) => a + b) / values.length);
    const variance = convolved.map(
      (values, c) => values.reduce((a, b) => a + (b - mean[c]!) ** 2, 0) / values.length,
    );
    numbers(weights.get('bn.mean')).forEach((value, c) => expect(value).toBeCloseTo(0.1 * mean[c]!, 5));
    numbers(weights.get('bn.var')).forEach((value, c) =>
      expect(value).toBeCloseTo(0.9 + 0.1 * variance[c]!, 5),
    );
  });

  it('keeps them where they are frozen', async () => {
    const { names } = await adapted(normalizedNet(), { batchStatistics: 'frozen' }, images());
    expect(names).toEqual(['conv.weight', 'bn.scale', 'bn.bias', 'head.weight', 'head.bias']);
  });

  it('learns with them', async () => {
    const { losses } = await adapted(normalizedNet(), { epochs: 30 }, images());
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  });
});

/** [channel][value]: 2×2 windows of 3×3 images. */
function convolve(pixels: readonly number[], weights: readonly number[]): number[][] {
  return [0, 1, 2, 3].map(channel =>
    Array.from({ length: pixels.length / 9 }, (_, image) =>
      [0, 1, 3, 4].map(corner =>
        [0, 1, 3, 4].reduce(
          (sum, offset, k) => sum + pixels[image * 9 + corner + offset]! * weights[channel * 4 + k]!,
          0,
        ),
      ),
    ).flat(),
  );
}

describe('dropout', () => {
  const hidden = () => {
    const builder = new GraphBuilder('dropping').input('features', 'FP32', [-1, 2]);
    builder.initializer('a', float32([2, 6], [1, -1, 2, 1, -2, 1, 1, 1, -1, 2, 1, -1]));
    builder.initializer(
      'b',
      float32(
        [6, 3],
        Array.from({ length: 18 }, (_, i) => ((i * 5) % 7) / 10),
      ),
    );
    builder.initializer('ratio', float32([], [0.5]));
    builder.node('MatMul', ['features', 'a'], ['h']).node('Dropout', ['h', 'ratio'], ['d']);
    builder.node('MatMul', ['d', 'b'], ['logits']).node('Softmax', ['logits'], ['probabilities']);
    return trainableGraph(builder.output('probabilities', 'FP32', [-1, 3]).build());
  };
  const run = (names: string[], seed: number) =>
    fit(
      job(hidden(), train, { trainable: new Set(names), epochs: 2, seed, batchSize: 48, maxCacheBytes: 0 }),
      nodeHost(),
      goOn,
      () => undefined,
    );

  it('draws the same masks for the same seed, others for another', async () => {
    const [first, again, other] = [await run(['a'], 1), await run(['a'], 1), await run(['a'], 2)];
    expect(numbers(first.weights.get('a'))).toEqual(numbers(again.weights.get('a')));
    // One batch an epoch: the order of the rows changes nothing, the masks do.
    const difference = numbers(first.weights.get('a')).map(
      (value, i) => value - numbers(other.weights.get('a'))[i]!,
    );
    expect(Math.max(...difference.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it('drops nothing before the first layer that is trained', async () => {
    const [first, other] = [await run(['b'], 1), await run(['b'], 2)];
    numbers(first.weights.get('b')).forEach((value, i) => {
      expect(value).toBeCloseTo(numbers(other.weights.get('b'))[i]!, 4);
    });
  });
});

describe('a frozen prefix', () => {
  const model = network('mlp:8,6', train, 3);
  const validation = clouds(20, 3, 9);

  async function headRun(maxCacheBytes: number) {
    const rows: number[] = [];
    const counting: OpenSession = async file => {
      const session = await openNodeSession(file);
      return {
        ...session,
        run: feeds => {
          if (session.inputs.length === 1) rows.push(session.inputs[0]!.shape[0]!);
          return session.run(feeds);
        },
      };
    };
    const trainable = new Set(['output.weight', 'output.bias']);
    const it = job(model, train, { trainable, validation, epochs: 5, maxCacheBytes });
    const { weights } = await fit(it, memoryStepHost('cpu', counting), goOn, () => undefined);
    return { weights, prefixRuns: rows.length };
  }

  it('is run once per sample, and the weights are the same as without', async () => {
    const cached = await headRun(2 ** 20);
    const plain = await headRun(0);
    expect(cached.prefixRuns).toBe(3 + 2);
    expect(plain.prefixRuns).toBe(0);
    for (const [name, tensor] of plain.weights) {
      numbers(cached.weights.get(name)).forEach((value, i) =>
        expect(value).toBeCloseTo(numbers(tensor)[i]!, 5),
      );
    }
  });
});
