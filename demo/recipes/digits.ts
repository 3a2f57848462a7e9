// The digits model: two convolutions, small enough to be trained on in a browser.
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { type DemoModel, recipeBase } from './recipe.ts';

const seed = 42;
const initializer = (index: number) => initializers.heUniform({ seed: seed + index });
/** p07: row 0, column 7. */
const pixels = Array.from({ length: 64 }, (_, i) => `p${Math.floor(i / 8)}${i % 8}`);

export const digits: DemoModel = {
  model: 'digits',
  data: {
    file: 'digits.csv',
    features: pixels,
    target: 'digit',
    split: { test: 0.2, validation: 0.1, seed },
    source: 'Alpaydin and Kaynak 1998; UCI Machine Learning Repository, doi:10.24432/C50P49',
    licence: 'CC BY 4.0',
  },
  labels: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  inputName: 'image',
  preprocessing: () => [{ op: 'divide', by: 16 }],
  initializerSeed: seed,
  layers: () => [
    layers.conv2d({
      inputShape: [8, 8, 1],
      filters: 16,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      name: 'strokes',
      kernelInitializer: initializer(0),
    }),
    layers.conv2d({
      filters: 32,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      name: 'shapes',
      kernelInitializer: initializer(1),
    }),
    layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
    layers.flatten({ name: 'flat' }),
    layers.dropout({ rate: 0.25, name: 'drop_shapes' }),
    layers.dense({ units: 48, activation: 'relu', name: 'hidden', kernelInitializer: initializer(2) }),
    layers.dropout({ rate: 0.25, name: 'drop_hidden' }),
    layers.dense({
      units: 10,
      activation: 'softmax',
      name: 'digit',
      kernelInitializer: initializers.glorotUniform({ seed: seed + 3 }),
    }),
  ],
  head: ['digit'],
  interface: () => ({
    inputs: [
      {
        name: 'image',
        datatype: 'FP32',
        shape: [-1, 1, 8, 8],
        meaning: {
          kind: 'image',
          layout: 'NCHW',
          range: [0, 16],
          preparation: 'cell-counts',
          names: pixels,
        },
      },
    ],
    outputs: [
      {
        name: 'probabilities',
        datatype: 'FP32',
        shape: [-1, 10],
        meaning: { kind: 'probabilities', unit: null },
      },
    ],
    decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0.7 },
  }),
  versions: [
    {
      version: 1,
      recipe: { ...recipeBase, learningRate: 0.001, epochs: 30, batchSize: 32 },
      note: 'Two convolutions and two dense layers, from scratch.',
      createdAt: '2026-11-24T00:00:00.000Z',
    },
  ],
};
