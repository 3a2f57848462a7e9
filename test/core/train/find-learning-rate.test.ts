// The learning rate range test: what it suggests is as good as the best of a grid, and nothing is changed by it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/data/random.ts';
import type { StepHost } from '../../../src/core/runtime/step-host.ts';
import { float32 } from '../../../src/core/tensor.ts';
import {
  findLearningRate,
  type RatePoint,
  suggestedRate,
} from '../../../src/core/train/find-learning-rate.ts';
import { fit, type FitJob } from '../../../src/core/train/fit.ts';
import { newModel } from '../../../src/core/train/new-model.ts';
import type { Samples } from '../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { clouds, goOn, job, labelled, network, nodeHost } from './nets.ts';

function table(name: string, rows: number): Samples {
  const lines = readFileSync(`demo/data/${name}.csv`, 'utf8')
    .trim()
    .split('\n')
    .slice(1, rows + 1);
  const cells = lines.map(line => line.split(','));
  const features = name === 'iris' ? 4 : 64;
  const names = [...new Set(cells.map(row => row[features]!))].sort();
  return labelled(
    features,
    cells.map(row => row.slice(0, features).map(Number)),
    cells.map(row => names.indexOf(row[features]!)),
  );
}

const iris = table('iris', 150);
const digits = table('digits', 640);
const images = {
  ...digits,
  inputs: { image: float32([640, 1, 8, 8], digits.inputs['features']!.data as Float32Array<ArrayBuffer>) },
};
const values = digits.inputs['features']!.data as Float32Array;
const cnn = trainableGraph(
  newModel(
    { kind: 'cnn', filters: [8, 16] },
    { values, columns: 64, target: { classes: 10 } },
    seededRandom(1),
  ),
);
const head = new Set(['output.weight', 'output.bias']);

const cases: Readonly<Record<string, FitJob>> = {
  'dense layers on iris, Adam': job(network('mlp:16,8', iris, 3), iris, { epochs: 20 }),
  'the same, SGD with momentum': job(network('mlp:16,8', iris, 3), iris, {
    epochs: 20,
    optimizer: { kind: 'sgd', options: { momentum: 0.9 } },
  }),
  'convolutions on digits, Adam': job(cnn, images, { epochs: 3, batchSize: 32 }),
  'a head behind a frozen beginning': job(cnn, images, { epochs: 4, batchSize: 32, trainable: head }),
};
const grid = [1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1];

/** Mean loss of the last epoch; Infinity where the run came to no end. */
async function lossAt(learning: FitJob, learningRate: number): Promise<number> {
  let last = Infinity;
  const { diverged } = await fit({ ...learning, learningRate }, nodeHost(), goOn, progress => {
    if (progress.isEpochEnd) last = progress.training.loss;
  });
  return diverged ? Infinity : last;
}

describe('the rate that is found', () => {
  it.each(Object.entries(cases))(
    'trains %s to 1.2 times the loss of the best of a grid, or less',
    async (_name, learning) => {
      const { suggested, points } = await findLearningRate(learning, nodeHost(), goOn);
      expect(points.length).toBeGreaterThan(50);
      const losses: number[] = [];
      for (const rate of grid) losses.push(await lossAt(learning, rate));
      expect(await lossAt(learning, suggested!)).toBeLessThan(1.2 * Math.min(...losses));
    },
    120_000,
  );

  it('is the same for the same seed, and leaves the model as it was', async () => {
    const learning = cases['dense layers on iris, Adam']!;
    const before = learning.model.toBytes();
    const told: RatePoint[] = [];
    const one = await findLearningRate(learning, nodeHost(), goOn, point => told.push(point));
    const two = await findLearningRate(learning, nodeHost(), goOn);
    expect(two).toEqual(one);
    expect(told).toEqual(one.points);
    expect(learning.model.toBytes()).toEqual(before);
  });
});

describe('a sweep', () => {
  const learning = job(network('mlp:8', clouds(60), 3), clouds(60));

  it('climbs evenly on a logarithmic scale, from a millionth to 1 at most', async () => {
    const { points } = await findLearningRate(learning, nodeHost(), goOn);
    expect(points[0]!.rate).toBeCloseTo(1e-6, 12);
    expect(points.length).toBeLessThanOrEqual(100);
    points.slice(1).forEach(({ rate }, i) => expect(rate / points[i]!.rate).toBeCloseTo(10 ** (6 / 99), 6));
  });

  it('ends where the loss is four times the least', async () => {
    const { ended, points } = await findLearningRate(
      cases['convolutions on digits, Adam']!,
      nodeHost(),
      goOn,
    );
    expect(ended).toBe('blown-up');
    expect(points.length).toBeLessThan(100);
  });

  it('ends where the loss is no number, and suggests nothing where it never was one', async () => {
    const samples = clouds(60);
    const data = (samples.inputs['features']!.data as Float32Array).map(value => value * 1e38);
    const far = { ...samples, inputs: { features: float32([60, 2], data) } };
    const { ended, suggested } = await findLearningRate(job(learning.model, far), nodeHost(), goOn);
    expect(ended).toBe('no-number');
    expect(suggested).toBeNull();
  });

  it('stops when it is told to, and frees its steps', async () => {
    let open = 0;
    const host: StepHost = nodeHost();
    const counting: StepHost = {
      ...host,
      open: async (file, links) => {
        const step = await host.open(file, links);
        open++;
        return { run: feeds => step.run(feeds), dispose: () => (open--, step.dispose()) };
      },
    };
    let checks = 0;
    const stop = {
      checkpoint: () => (++checks > 5 ? Promise.reject(new Error('stop')) : Promise.resolve()),
    };
    await expect(findLearningRate(learning, counting, stop)).rejects.toThrow('stop');
    expect(open).toBe(0);
  });
});

describe('the suggestion', () => {
  const points = (losses: readonly number[]): RatePoint[] =>
    losses.map((loss, i) => ({ rate: 10 ** (i - 40), loss, smoothed: loss }));
  const still = Array.from({ length: 20 }, (_, i) => 1 + 0.01 * Math.sin(i));

  it('is a tenth of the rate of the least smoothed loss', () => {
    expect(suggestedRate(points([...still, 0.9, 0.5, 0.7, 2]))).toBeCloseTo(1e-20, 30);
  });

  it('is none where the loss fell at no rate, or by no more than batches differ', () => {
    expect(suggestedRate(points([...still, 0.97, 0.96, 2]))).toBeNull();
    const scattered = still.map((loss, i) => loss + (i % 2 === 0 ? 0.9 : -0.9));
    expect(suggestedRate(points([...scattered, 0.5, 0.4, 2]))).toBeNull();
    expect(suggestedRate(points(still))).toBeNull();
    expect(suggestedRate([])).toBeNull();
  });

  it('is none for a model that knows its rows', async () => {
    const known = job(network('mlp:16,8', iris, 3), iris, { epochs: 150, learningRate: 0.02 });
    const { weights } = await fit(known, nodeHost(), goOn, () => undefined);
    const model = known.model.copy();
    for (const [name, tensor] of weights) model.initializers.set(name, tensor);
    for (const seed of [1, 2, 3]) {
      const { suggested, points } = await findLearningRate({ ...known, model, seed }, nodeHost(), goOn);
      expect(suggested).toBeNull();
      // Losses that are small scatter by more than four times, and are no end.
      expect(points.length).toBeGreaterThan(40);
    }
  });
});
