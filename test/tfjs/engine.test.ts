import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { HaversackError } from '../../src/core/errors.ts';
import { float32 } from '../../src/core/tensor.ts';
import { patchInitializers, readInitializers } from '../../src/core/onnx/patch.ts';
import type { TrainProgress } from '../../src/core/train/engine.ts';
import { createTfjsEngine, type TfjsEngine } from '../../src/tfjs/engine.ts';
import { blobJob, freeRunning } from './blobs.ts';
import { runOnnx } from './run-onnx.ts';

let engine: TfjsEngine;
beforeAll(async () => {
  engine = await createTfjsEngine();
});

const ignore = () => undefined;

describe('the TensorFlow.js engine in Node', () => {
  it('passes over backends that the host lacks, and says which one computes', () => {
    expect(engine.backend).toBe('cpu');
  });

  it('refuses what a recipe asks and only the other engine has, by name', async () => {
    const job = await blobJob({ scope: 'lora', optimizer: 'sgd', patience: 3 });
    await expect(engine.train(job, freeRunning, ignore)).rejects.toMatchObject({
      code: 'TrainingImpossible',
      detail: 'The engine tfjs does not have the scope lora, the optimizer sgd, patience; onnx does.',
    });
  });

  it('learns, judges after each epoch, and leaves no tensor behind', async () => {
    const job = await blobJob();
    const before = tf.memory().numTensors;
    const told: TrainProgress[] = [];
    const { weights, backend } = await engine.train(job, freeRunning, progress => told.push(progress));
    expect(tf.memory().numTensors).toBe(before);
    expect(backend).toBe('cpu');
    const ends = told.filter(({ step, steps, epochs }) => step % (steps / epochs) === 0);
    expect(ends.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(told.at(-1)).toMatchObject({ step: 56, steps: 56, remainingMs: 0, backend: 'cpu' });
    expect(told.at(-1)!.loss).toBeLessThan(told[0]!.loss / 2);
    expect(told.at(-1)!.validationAccuracy).toBeGreaterThanOrEqual(0.95);
    expect([...weights.keys()].sort()).toEqual(
      ['answer/bias', 'answer/kernel', 'conv/kernel', 'norm/beta', 'norm/gamma']
        .concat(['norm/moving_mean', 'norm/moving_variance'])
        .sort(),
    );
  });

  it('gives weights that make the parent’s file answer as the trained model does', async () => {
    const job = await blobJob();
    const { weights, check } = await engine.train(job, freeRunning, ignore);
    const { data } = await runOnnx(patchInitializers(job.model, weights), check.features, [
      check.rows,
      1,
      4,
      4,
    ]);
    expect(check.rows).toBe(8);
    data.forEach((value, i) => expect(Math.abs(value - check.probabilities[i]!)).toBeLessThanOrEqual(1e-5));
  });

  it('gives the same weights for the same recipe, and others for another seed', async () => {
    const job = await blobJob({ epochs: 2 });
    const first = await engine.train(job, freeRunning, ignore);
    const again = await engine.train(job, freeRunning, ignore);
    const other = await engine.train(await blobJob({ epochs: 2, seed: 43 }), freeRunning, ignore);
    expect(again.weights).toEqual(first.weights);
    expect(other.weights).not.toEqual(first.weights);
  });

  it('moves the head alone where that is asked, statistics of frozen layers included', async () => {
    const job = await blobJob({ scope: 'head', epochs: 2 });
    const { weights } = await engine.train(job, freeRunning, ignore);
    expect([...weights.keys()].sort()).toEqual(['answer/bias', 'answer/kernel']);
    const parent = readInitializers(job.model, ['answer/kernel']).get('answer/kernel')!;
    expect(weights.get('answer/kernel')!.data).not.toEqual(parent.data);
  });

  it('stops at a checkpoint, and leaves no tensor behind', async () => {
    const job = await blobJob();
    const before = tf.memory().numTensors;
    let left = 10;
    const control = {
      checkpoint: () =>
        left-- > 0 ? Promise.resolve() : Promise.reject(new HaversackError('Aborted', 'By the user.')),
    };
    await expect(engine.train(job, control, ignore)).rejects.toMatchObject({ code: 'Aborted' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says at which step the loss stopped being a number, and leaves no tensor behind', async () => {
    const job = await blobJob();
    const before = tf.memory().numTensors;
    const broken = patchInitializers(job.model, new Map([['answer/bias', float32([2], [Number.NaN, 0])]]));
    await expect(engine.train({ ...job, model: broken }, freeRunning, ignore)).rejects.toMatchObject({
      code: 'TrainingDiverged',
      detail: 'At step 1 the loss is NaN.',
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives no weights that hold no numbers, even where the loss is one', async () => {
    const job = await blobJob();
    const train = { ...job.train, features: job.train.features.map(() => 1e38) };
    await expect(engine.train({ ...job, train }, freeRunning, ignore)).rejects.toMatchObject({
      code: 'TrainingDiverged',
      detail: "After the last step 'norm/moving_variance' holds no numbers.",
    });
  });

  it('names what is wrong with a job', async () => {
    const job = await blobJob();
    const refused = (changes: Partial<typeof job>, detail: string) =>
      expect(engine.train({ ...job, ...changes }, freeRunning, ignore)).rejects.toMatchObject({
        code: 'TrainingImpossible',
        detail: expect.stringContaining(detail) as string,
      });
    await refused({ topology: { format: 'other' } }, 'not haversack-tfjs/1');
    await refused({ classes: 1 }, 'label 1 of 1');
    await refused({ train: { ...job.train, rows: 99 } }, 'wanted 99 × 16');
    await refused(
      { topology: { ...(job.topology as object), head: [] }, recipe: { ...job.recipe, scope: 'head' } },
      'none named',
    );
  });
});

it('says so where no backend starts', async () => {
  await expect(createTfjsEngine(['webgpu', 'webgl'])).rejects.toMatchObject({
    code: 'TrainingImpossible',
    detail: 'None of webgpu, webgl can compute here.',
  });
});
