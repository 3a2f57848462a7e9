// The engine behind the interface that every engine has, on rows with labels.
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { LabelledRows } from '../../../src/core/data/labelled-rows.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { readInitializers } from '../../../src/core/onnx/patch.ts';
import { float32 } from '../../../src/core/tensor.ts';
import type { TrainJob, TrainProgress } from '../../../src/core/train/engine.ts';
import { newModel } from '../../../src/core/train/new-model.ts';
import { createOnnxEngine, estimateMemory } from '../../../src/core/train/onnx-engine.ts';
import { type TrainRecipe, trainRecipeSchema } from '../../../src/core/train/recipe.ts';
import { trainedFile } from '../../../src/core/train/trained-file.ts';
import { clouds, goOn, nodeHost } from './nets.ts';

/** As every recipe was written before there was a second engine. */
const oldRecipe = {
  kind: 'train',
  engine: 'tfjs',
  scope: 'all',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  learningRate: 0.05,
  epochs: 10,
  batchSize: 16,
  seed: 1,
  newSampleRepeats: 1,
};
const recipe: TrainRecipe = { ...trainRecipeSchema.parse(oldRecipe), engine: 'onnx' };

function rowsOf(rows: number, seed: number, classes = 3): LabelledRows {
  const { inputs, target } = clouds(rows, classes, seed);
  return {
    features: inputs['features']!.data as Float32Array<ArrayBuffer>,
    labels: target.data as Int32Array<ArrayBuffer>,
    rows,
  };
}

const train = rowsOf(60, 1);
const model = newModel(
  { kind: 'mlp', hidden: [8] },
  { values: train.features, columns: 2, target: { classes: 3 } },
  seededRandom(2),
);
const job: TrainJob = { topology: null, model, classes: 3, train, validation: rowsOf(30, 2), recipe };

/** x [1, 2] → the score of the second of two classes. */
function scoreOf() {
  return new GraphBuilder('score')
    .input('x', 'FP32', [1, 2])
    .initializer('w', float32([2, 1], [0.1, -0.1]))
    .initializer('b', float32([1], [0]))
    .node('Gemm', ['x', 'w', 'b'], ['logit'])
    .node('Sigmoid', ['logit'], ['score'])
    .output('score', 'FP32', [1, 1])
    .build();
}

async function trained(changes: Partial<TrainJob> = {}) {
  const told: TrainProgress[] = [];
  const result = await createOnnxEngine(nodeHost).train({ ...job, ...changes }, goOn, each =>
    told.push(each),
  );
  return { ...result, told };
}

describe('the onnx engine', () => {
  it('learns, tells how it goes, and says what computes', async () => {
    const { told, backend, weights } = await trained();
    expect(backend).toBe('cpu');
    expect([...weights.keys()]).toEqual(['hidden1.weight', 'hidden1.bias', 'output.weight', 'output.bias']);
    expect(told.at(-1)).toMatchObject({ epoch: 10, epochs: 10, step: 40, steps: 40, backend: 'cpu' });
    expect(told.at(-1)!.loss).toBeLessThan(told[0]!.loss);
    expect(told.at(-1)!.accuracy).toBeGreaterThan(0.8);
    expect(told.at(-1)!.validationAccuracy).toBeGreaterThan(0.8);
  });

  it('answers as the file with the new weights does', async () => {
    const { weights, changes, check } = await trained();
    const session = await openNodeSession(trainedFile(model, { weights, changes }));
    const { probabilities } = await session.run({ features: float32([check.rows, 2], check.features) });
    await session.dispose();
    expect(check.rows).toBe(8);
    Array.from(probabilities!.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(check.probabilities[i]!, 5);
    });
  });

  it('takes a model that gives one score for two classes, a row at a time', async () => {
    const score = scoreOf();
    const two = rowsOf(40, 3, 2);
    const { told, weights } = await trained({
      model: score,
      classes: 2,
      train: two,
      validation: null,
      recipe: { ...recipe, loss: 'binary-cross-entropy' },
    });
    expect(told.at(-1)!.accuracy).toBeGreaterThan(0.9);
    expect(readInitializers(trainedFile(score, { weights, changes: [] })).get('w')).toEqual(weights.get('w'));
  });

  it('learns one score for two classes by the loss that such a score has, where the recipe is for several', async () => {
    const two = rowsOf(40, 3, 2);
    const it = { model: scoreOf(), classes: 2, train: two, validation: null };
    const { told, weights, check } = await trained(it);
    expect(told.at(-1)!.accuracy).toBeGreaterThan(0.9);
    expect(weights.get('w')).not.toEqual(float32([2, 1], [0.1, -0.1]));
    expect(check.probabilities).toHaveLength(2 * check.rows);
    for (let row = 0; row < check.rows; row++) {
      expect(check.probabilities[2 * row]! + check.probabilities[2 * row + 1]!).toBeCloseTo(1, 6);
    }
    await expect(trained({ ...it, recipe: { ...recipe, classWeights: [1, 2] } })).rejects.toMatchObject({
      code: 'TrainingImpossible',
      detail: expect.stringContaining('binary-cross-entropy'),
    });
  });

  it('refuses class weights of other classes', async () => {
    await expect(trained({ recipe: { ...recipe, classWeights: [1, 2] } })).rejects.toMatchObject({
      code: 'TrainingImpossible',
      detail: 'There are 2 class weights for 3 classes.',
    });
  });

  it('learns probabilities by their squared distance where the recipe says so', async () => {
    const { told } = await trained({ recipe: { ...recipe, loss: 'mean-squared-error' } });
    expect(told.at(-1)!.loss).toBeLessThan(told[0]!.loss);
    expect(told.at(-1)!.accuracy).toBeNaN();
  });

  it('says what does not fit', async () => {
    await expect(trained({ classes: 5 })).rejects.toMatchObject({
      code: 'TrainingImpossible',
      detail: expect.stringContaining("no output for 5 classes: 'probabilities' [-1, 3]"),
    });
    const wide = { ...train, features: new Float32Array(train.rows * 3) };
    await expect(trained({ train: wide })).rejects.toThrow("A row has 3 numbers, 'features' takes [-1, 2]");
    const none = { features: new Float32Array(), labels: new Int32Array(), rows: 0 };
    await expect(trained({ train: none })).rejects.toThrow('no rows');
  });

  it('tells what a step takes, and takes it in parts where there is less', async () => {
    const whole = estimateMemory(job, Number.MAX_SAFE_INTEGER);
    expect(whole).toMatchObject({ rowsAtOnce: 16, accumulate: 1, fits: true });
    const parts = estimateMemory(job, whole.bytes - 1);
    expect(parts).toMatchObject({ rowsAtOnce: 8, accumulate: 2, fits: true });
    const { told } = await trained({ maxBytes: whole.bytes - 1 });
    expect(told.at(-1)).toMatchObject({ step: 40, steps: 40 });
    await expect(trained({ maxBytes: 1e6 })).rejects.toThrow(/needs about \d+ MB, and there are 1 MB/);
  });
});
