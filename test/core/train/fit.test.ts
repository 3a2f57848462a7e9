import { describe, expect, it } from 'vitest';
import type { StepHost } from '../../../src/core/runtime/step-host.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { fit, type FitJob, type FitProgress } from '../../../src/core/train/fit.ts';
import type { SampleSource } from '../../../src/core/train/samples.ts';
import { clouds, goOn, job, type JobChanges, network, nodeHost, normalizedNet, xor } from './nets.ts';

async function fitted(it: FitJob) {
  const told: FitProgress[] = [];
  const result = await fit(it, nodeHost(), goOn, progress => told.push(progress));
  return { ...result, told, last: told.at(-1)! };
}
const bytesOf = (weights: Awaited<ReturnType<typeof fitted>>['weights']) =>
  [...weights].map(([name, { data }]) => [name, Buffer.from((data as Float32Array).buffer).toString('hex')]);

describe('a run', () => {
  it('learns XOR', async () => {
    const { last, firstAnswers } = await fitted(job(network('mlp:8', xor, 2), xor, { epochs: 300 }));
    expect(last.training).toMatchObject({ hits: 4, answers: 4, rows: 4 });
    expect(last.training.loss).toBeLessThan(0.05);
    expect(firstAnswers.shape).toEqual([4, 2]);
  });

  it('ends with the same weights for the same seed, and with others for another', async () => {
    const train = clouds(50);
    const run = (seed: number) => fitted(job(network('mlp:8', train, 3), train, { epochs: 5, seed }));
    const [first, second, other] = [await run(3), await run(3), await run(4)];
    expect(bytesOf(first.weights)).toEqual(bytesOf(second.weights));
    expect(bytesOf(first.weights)).not.toEqual(bytesOf(other.weights));
  });

  it('counts each row once an epoch, in the last, partial batch too', async () => {
    const train = clouds(37);
    const { told, steps } = await fitted(job(network('mlp:8', train, 3), train, { epochs: 2 }));
    const ends = told.filter(({ isEpochEnd }) => isEpochEnd);
    expect(ends.map(({ training }) => training.rows)).toEqual([37, 37]);
    expect(ends.map(({ training }) => training.answers)).toEqual([37, 37]);
    expect(steps).toBe(6);
  });

  it('takes the same step from one batch as from four whose gradients are added up', async () => {
    const train = clouds(32);
    const model = network('mlp:8', train, 3);
    const options = { clipNorm: 0.1 };
    const whole = await fitted(
      job(model, train, { epochs: 3, batchSize: 32, optimizer: { kind: 'adam', options } }),
    );
    const added = await fitted(
      job(model, train, {
        epochs: 3,
        batchSize: 8,
        optimizer: { kind: 'adam', options: { ...options, accumulate: 4 } },
      }),
    );
    expect(added.steps).toBe(whole.steps);
    for (const [name, { data }] of whole.weights) {
      const other = added.weights.get(name)!.data as Float32Array;
      (data as Float32Array).forEach((value, i) => expect(other[i]).toBeCloseTo(value, 4));
    }
  });

  it('drops by other masks in each batch whose gradients are added up', async () => {
    const images = { ...clouds(24), inputs: { features: float32([24, 1, 3, 3], new Float32Array(24 * 9)) } };
    const labels = { ...images.target, data: Int32Array.from({ length: 24 }, (_, row) => row % 2) };
    const told: unknown[] = [];
    const host = nodeHost();
    const listening: StepHost = {
      ...host,
      async open(file, links) {
        const step = await host.open(file, links);
        return {
          dispose: () => step.dispose(),
          run(feeds) {
            if (feeds['step']) told.push(feeds['step'].data[0]);
            return step.run(feeds);
          },
        };
      },
    };
    const optimizer = { kind: 'sgd', options: { accumulate: 3 } } as const;
    const changes = {
      optimizer,
      batchSize: 4,
      epochs: 2,
      trainable: new Set(['conv.weight', 'head.weight']),
    };
    const it = job(normalizedNet(5, 0.5), { ...images, target: labels }, changes);
    await fit(it, listening, goOn, () => undefined);
    expect(told).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });

  it('stops when the held-out loss gets no better, and keeps the best weights', async () => {
    const [train, validation] = [clouds(24, 3, 1), clouds(200, 3, 2)];
    const it = job(network('mlp:32', train, 3), train, {
      validation,
      patience: 5,
      epochs: 500,
      learningRate: 0.1,
    });
    const { epochs, validation: kept, told } = await fitted(it);
    const losses = told.filter(({ isEpochEnd }) => isEpochEnd).map(each => each.validation!.loss);
    expect(epochs).toBeLessThan(500);
    expect(kept!.loss).toBe(Math.min(...losses));
    expect(losses.indexOf(kept!.loss)).toBe(epochs - 6);
  });

  it('names the step and the tensor where a loss is no number', async () => {
    const train = clouds(16);
    const wild = job(network('mlp:8', train, 3), train, { optimizer: { kind: 'sgd' }, learningRate: 1e38 });
    await expect(fitted(wild)).rejects.toMatchObject({
      code: 'TrainingDiverged',
      detail: expect.stringMatching(/^At step 2 the loss is \S+; '.+' holds no numbers\.$|overflows/),
    });
    const broken = { ...train, inputs: { features: float32([16, 2], new Array<number>(32).fill(NaN)) } };
    await expect(fitted(job(network('mlp:8', train, 3), broken))).rejects.toThrow(
      /At step 1 .* holds no numbers/,
    );
  });

  describe('that diverges', () => {
    const train = clouds(48);
    const model = network('mlp:8', train, 3);
    /** Three steps an epoch; what is fed is no number from the eighth on. */
    function poisoned(changes: JobChanges = {}): FitJob {
      const it = job(model, train, { epochs: 5, maxCacheBytes: 0, ...changes });
      let taken = 0;
      const take: SampleSource['take'] = async rows => {
        const { features } = await it.train.take(rows);
        return {
          features: ++taken < 8 ? features! : float32(features!.shape, new Float32Array(32).fill(NaN)),
        };
      };
      return { ...it, train: { ...it.train, take } };
    }

    it('keeps what the last epoch before ended with, and says where it stopped', async () => {
      const stopped = await fitted(poisoned());
      expect(stopped).toMatchObject({ epochs: 2, steps: 8, diverged: { step: 8, keptEpoch: 2 } });
      expect(stopped.diverged!.message).toBe("At step 8 the loss is NaN; 'features' holds no numbers.");
      const before = await fitted(job(model, train, { epochs: 2, maxCacheBytes: 0 }));
      expect(before.diverged).toBeNull();
      expect(bytesOf(stopped.weights)).toEqual(bytesOf(before.weights));
    });

    it('keeps the best ones where it judges', async () => {
      const { inputs, target, rows } = clouds(30, 3, 9);
      // The more is learnt, the more of it is wrong there.
      const wrong = Int32Array.from(target.data as Int32Array, label => (label + 1) % 3);
      const validation = { inputs, rows, target: { ...target, data: wrong } };
      const { diverged, validation: kept, weights } = await fitted(poisoned({ validation, patience: 5 }));
      expect(diverged).toMatchObject({ step: 8, keptEpoch: 1 });
      const first = await fitted(job(model, train, { epochs: 1, validation, maxCacheBytes: 0 }));
      expect(kept).toEqual(first.validation);
      expect(bytesOf(weights)).toEqual(bytesOf(first.weights));
    });

    it('says so where held-out rows have no loss', async () => {
      const inputs = { features: float32([30, 2], new Array<number>(60).fill(NaN)) };
      const validation = { ...clouds(30), inputs };
      await expect(fitted(job(model, train, { validation }))).rejects.toMatchObject({
        code: 'TrainingDiverged',
        detail: 'After step 3 the loss on held-out rows is NaN.',
      });
    });
  });

  it('ends where it is told to stop', async () => {
    let checks = 0;
    const control = {
      checkpoint: () => (++checks > 3 ? Promise.reject(new Error('stop')) : Promise.resolve()),
    };
    await expect(
      fit(job(network('mlp:8', xor, 2), xor), nodeHost(), control, () => undefined),
    ).rejects.toThrow('stop');
  });

  it('keeps averaged weights where the optimizer averages', async () => {
    const train = clouds(16);
    const base = { epochs: 1, learningRate: 0.1 };
    const model = network('mlp:4', train, 3);
    const last = await fitted(job(model, train, { ...base, optimizer: { kind: 'sgd' } }));
    const averaged = await fitted(
      job(model, train, { ...base, optimizer: { kind: 'sgd', options: { averageDecay: 0.75 } } }),
    );
    for (const [name, { data }] of averaged.weights) {
      const before = model.initializers.get(name)!.data as Float32Array;
      const after = last.weights.get(name)!.data as Float32Array;
      (data as Float32Array).forEach((value, i) => {
        expect(value).toBeCloseTo(0.75 * before[i]! + 0.25 * after[i]!, 6);
      });
    }
  });
});
