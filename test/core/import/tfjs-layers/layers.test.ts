import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { importLayersModel } from '../../../../src/core/import/tfjs-layers/import-layers-model.ts';
import { layerRules } from '../../../../src/core/import/tfjs-layers/apply.ts';
import { float32 } from '../../../../src/core/tensor.ts';
import { answersOf, difference, random, randomize, ranOnnx, saved } from './saved.ts';

const { layers } = tfl;
const batch = 2;
/** Height and width differ, so that a swap of axes shows. */
const image = [7, 6, 4];
const steps = [9, 5];

beforeAll(() => tf.setBackend('cpu'));

function chain(inputShape: number[], ...chained: tfl.layers.Layer[]): tfl.LayersModel {
  return tfl.sequential({ layers: [layers.inputLayer({ inputShape }), ...chained] });
}

/** The input goes through each of `branches`, and those through `merge`. */
function merged(merge: tfl.layers.Layer, ...branches: tfl.layers.Layer[]): tfl.LayersModel {
  const input = tfl.input({ shape: image });
  const parts = branches.map(branch => branch.apply(input) as tfl.SymbolicTensor);
  return tfl.model({ inputs: input, outputs: merge.apply(parts) as tfl.SymbolicTensor });
}

const conv = (settings: object = {}) => layers.conv2d({ filters: 4, kernelSize: 1, ...settings });

const cases: Record<string, () => tfl.LayersModel> = {
  Conv2D: () =>
    chain(image, layers.conv2d({ filters: 5, kernelSize: [3, 2], strides: [2, 1], activation: 'elu' })),
  'Conv2D same, dilated': () => chain(image, conv({ kernelSize: 3, dilationRate: [2, 1], padding: 'same' })),
  DepthwiseConv2D: () =>
    chain(image, layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same', depthMultiplier: 2 })),
  SeparableConv2D: () =>
    chain(
      image,
      layers.separableConv2d({
        filters: 3,
        kernelSize: 3,
        depthMultiplier: 2,
        padding: 'same',
        activation: 'relu',
      }),
    ),
  'Conv2DTranspose same': () =>
    chain(image, layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' })),
  'Conv2DTranspose valid': () =>
    chain(
      image,
      layers.conv2dTranspose({ filters: 3, kernelSize: [4, 3], strides: [2, 3], padding: 'valid' }),
    ),
  'Conv2DTranspose smaller than its stride': () =>
    chain(image, layers.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 3, padding: 'valid' })),
  Conv1D: () => chain(steps, layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
  MaxPooling2D: () => chain(image, layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  AveragePooling2D: () => chain(image, layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  MaxPooling1D: () => chain(steps, layers.maxPooling1d({ poolSize: 2 })),
  AveragePooling1D: () => chain(steps, layers.averagePooling1d({ poolSize: 3, strides: 2, padding: 'same' })),
  GlobalAveragePooling2D: () => chain(image, layers.globalAveragePooling2d({})),
  GlobalMaxPooling2D: () => chain(image, layers.globalMaxPooling2d({})),
  GlobalAveragePooling1D: () => chain(steps, layers.globalAveragePooling1d()),
  GlobalMaxPooling1D: () => chain(steps, layers.globalMaxPooling1d()),
  BatchNormalization: () => chain(image, layers.batchNormalization()),
  'BatchNormalization of a sequence': () => chain(steps, layers.batchNormalization({ scale: false })),
  LayerNormalization: () => chain(image, layers.layerNormalization()),
  'LayerNormalization without its weights': () =>
    chain(steps, layers.layerNormalization({ scale: false, center: false })),
  Dense: () => chain([6], layers.dense({ units: 3, activation: 'softmax' })),
  'Dense over a sequence': () =>
    chain(steps, layers.dense({ units: 3, useBias: false, activation: 'sigmoid' })),
  'Dense over an image': () => chain(image, layers.dense({ units: 3 })),
  Flatten: () => chain(image, conv(), layers.flatten(), layers.dense({ units: 2 })),
  'Flatten of a sequence': () => chain(steps, layers.flatten(), layers.dense({ units: 2 })),
  'Reshape of an image': () => chain(image, layers.reshape({ targetShape: [6, -1] })),
  'Reshape to an image': () => chain([84], layers.reshape({ targetShape: [7, 6, 2] }), conv()),
  'Reshape to one place, and back': () =>
    chain([6], layers.reshape({ targetShape: [1, 1, 6] }), conv(), layers.reshape({ targetShape: [-1] })),
  'Permute of an image': () => chain(image, layers.permute({ dims: [3, 1, 2] }), conv()),
  'Permute of a sequence': () => chain(steps, layers.permute({ dims: [2, 1] })),
  RepeatVector: () => chain([4], layers.repeatVector({ n: 3 })),
  Activation: () => chain(image, layers.activation({ activation: 'hardSigmoid' })),
  'Activation, softmax over channels': () => chain(image, layers.activation({ activation: 'softmax' })),
  ReLU: () => chain(image, layers.reLU({ maxValue: 0.5 })),
  LeakyReLU: () => chain(image, layers.leakyReLU({ alpha: 0.2 })),
  'PReLU with shared axes': () => chain(image, layers.prelu({ sharedAxes: [1, 2] })),
  'PReLU of features': () => chain([6], layers.prelu()),
  ELU: () => chain(image, layers.elu()),
  ThresholdedReLU: () => chain(image, layers.thresholdedReLU({ theta: 0.4 })),
  Softmax: () => chain(image, layers.softmax({ axis: -1 })),
  Rescaling: () => chain(image, layers.rescaling({ scale: 1 / 127.5, offset: -1 }), conv()),
  Dropout: () => chain(image, layers.dropout({ rate: 0.5 }), conv()),
  SpatialDropout1D: () => chain(steps, layers.spatialDropout1d({ rate: 0.5 }), layers.globalMaxPooling1d()),
  GaussianDropout: () => chain([4], layers.gaussianDropout({ rate: 0.5 }), layers.dense({ units: 2 })),
  GaussianNoise: () => chain([4], layers.gaussianNoise({ stddev: 1 }), layers.dense({ units: 2 })),
  AlphaDropout: () => chain([4], layers.alphaDropout({ rate: 0.5 }), layers.dense({ units: 2 })),
  Add: () => merged(layers.add(), conv(), conv(), conv()),
  Multiply: () => merged(layers.multiply(), conv(), conv()),
  'Multiply, one channel over all': () => merged(layers.multiply(), conv(), conv({ filters: 1 })),
  Average: () => merged(layers.average(), conv(), conv(), conv()),
  Maximum: () => merged(layers.maximum(), conv(), conv()),
  Minimum: () => merged(layers.minimum(), conv(), conv()),
  'Concatenate of channels': () => merged(layers.concatenate(), conv(), conv({ filters: 3 })),
  'Concatenate of heights': () => merged(layers.concatenate({ axis: 1 }), conv(), conv()),
  ZeroPadding2D: () =>
    chain(
      image,
      layers.zeroPadding2d({
        padding: [
          [0, 1],
          [2, 3],
        ],
      }),
      conv({ kernelSize: 3 }),
    ),
  Cropping2D: () =>
    chain(
      image,
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
      conv(),
    ),
  UpSampling2D: () => chain(image, layers.upSampling2d({ size: [2, 3] }), conv()),
  'UpSampling2D bilinear': () =>
    chain(image, layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' })),
};

/** Layers that TensorFlow.js 4.22 does not have: they come from Keras, and answer their input (`topologies.test.ts`). */
const absentThere = ['SpatialDropout2D', 'ActivityRegularization', 'Subtract'];

describe('a layer in ONNX Runtime answers as in TensorFlow.js', () => {
  it.each(Object.keys(cases))('%s', async name => {
    const model = cases[name]!();
    randomize(model);
    const [, ...sample] = model.inputs[0]!.shape as number[];
    const input = float32([batch, ...sample], random(batch * sample.reduce((a, b) => a * b, 1), 99, 2));
    const files = await saved(model);
    const { model: file } = importLayersModel(files[0]!, files);
    const [wanted] = answersOf(model, [input]);
    const [got] = await ranOnnx(file, [input]);
    expect(got!.shape).toEqual(wanted!.shape);
    expect(difference(got!, wanted!)).toBeLessThanOrEqual(1e-5);
    model.dispose();
  });

  it('Embedding', async () => {
    const model = tfl.sequential({
      layers: [layers.embedding({ inputDim: 10, outputDim: 4, inputLength: 5 })],
    });
    randomize(model);
    const input = float32([2, 5], [0, 9, 3, 3, 1, 2, 4, 6, 8, 0]);
    const files = await saved(model);
    const [wanted] = answersOf(model, [input]);
    const [got] = await ranOnnx(importLayersModel(files[0]!, files).model, [input]);
    expect(got).toEqual(wanted);
    model.dispose();
  });

  it('Conv1D that is causal sees no later step', async () => {
    const reach = 4;
    const padded = chain([9 + reach, 5], layers.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2 }));
    randomize(padded);
    const [json, ...shards] = await saved(padded);
    const text = new TextDecoder()
      .decode(json!.bytes)
      .replace('"padding":"valid"', '"padding":"causal"')
      .replace('[null,13,5]', '[null,9,5]');
    const causal = { path: 'model.json', bytes: new TextEncoder().encode(text) };
    const sample = random(9 * 5, 3);
    const before = new Float32Array((9 + reach) * 5);
    before.set(sample, reach * 5);
    const [wanted] = answersOf(padded, [float32([1, 9 + reach, 5], before)]);
    const [got] = await ranOnnx(importLayersModel(causal, shards).model, [float32([1, 9, 5], sample)]);
    expect(got!.shape).toEqual([1, 9, 4]);
    expect(difference(got!, wanted!)).toBeLessThanOrEqual(1e-5);
    padded.dispose();
  });

  it('has a case for every layer there is a rule for', () => {
    const tried = new Set(
      Object.values(cases).flatMap(make => make().layers.map(layer => layer.getClassName())),
    );
    expect(
      Object.keys(layerRules)
        .filter(name => !tried.has(name))
        .sort(),
    ).toEqual([...absentThere, 'Embedding'].sort());
  });
});
