// The iris model: a small network as it stands in every introduction, then the same network trained for longer.
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { type DemoModel, recipeBase } from './recipe.ts';

const seed = 42;

export const iris: DemoModel = {
  model: 'iris',
  data: {
    file: 'iris.csv',
    features: ['sepal_length_cm', 'sepal_width_cm', 'petal_length_cm', 'petal_width_cm'],
    target: 'species',
    split: { test: 0.2, seed },
    source: 'Fisher 1936; UCI Machine Learning Repository, doi:10.24432/C56C76',
    licence: 'CC BY 4.0',
  },
  labels: ['setosa', 'versicolor', 'virginica'],
  inputName: 'measurements',
  preprocessing: (train, width) => [standardScaler(train, width)],
  initializerSeed: seed,
  layers: () => [
    layers.dense({
      inputShape: [4],
      units: 8,
      activation: 'relu',
      name: 'hidden',
      kernelInitializer: initializers.glorotUniform({ seed }),
    }),
    layers.dense({
      units: 3,
      activation: 'softmax',
      name: 'species',
      kernelInitializer: initializers.glorotUniform({ seed: seed + 1 }),
    }),
  ],
  head: ['species'],
  interface: dataset => ({
    inputs: [
      {
        name: 'measurements',
        datatype: 'FP32',
        shape: [-1, 4],
        meaning: {
          kind: 'features',
          names: dataset.features,
          units: dataset.features.map(() => 'cm'),
          ranges: rangesOf(dataset.values, dataset.parts, dataset.features.length),
        },
      },
    ],
    outputs: [
      {
        name: 'probabilities',
        datatype: 'FP32',
        shape: [-1, 3],
        meaning: { kind: 'probabilities', unit: null },
      },
    ],
    decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0.6 },
  }),
  versions: [
    {
      version: 1,
      recipe: { ...recipeBase, learningRate: 0.001, epochs: 10, batchSize: 32 },
      note: 'Ten epochs, as the introductions have it.',
      createdAt: '2026-11-24T00:00:00.000Z',
    },
    {
      version: 2,
      recipe: { ...recipeBase, learningRate: 0.01, epochs: 150, batchSize: 32 },
      note: 'Version 1, trained further on the same 120 flowers: 150 epochs at ten times the learning rate.',
      createdAt: '2026-11-24T00:01:00.000Z',
    },
  ],
};

/** As scikit-learn's StandardScaler: the mean, and the standard deviation of the population. */
function standardScaler(train: Float32Array, width: number) {
  const rows = train.length / width;
  const columns = Array.from({ length: width }, (_, column) =>
    Array.from({ length: rows }, (_row, row) => train[row * width + column]!),
  );
  const mean = columns.map(column => column.reduce((sum, value) => sum + value, 0) / rows);
  const scale = columns.map((column, i) =>
    Math.sqrt(column.reduce((sum, value) => sum + (value - mean[i]!) ** 2, 0) / rows),
  );
  return { op: 'standardize' as const, mean, scale };
}

/** [lowest, highest] of each column in the training part, in the decimals that the data has. */
function rangesOf(values: Float32Array, parts: readonly string[], width: number): [number, number][] {
  return Array.from({ length: width }, (_, column) => {
    const seen = parts.flatMap((part, row) => (part === 'train' ? [values[row * width + column]!] : []));
    return [decimal(Math.min(...seen)), decimal(Math.max(...seen))];
  });
}

function decimal(value: number): number {
  return Number(value.toPrecision(7));
}
