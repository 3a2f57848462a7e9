import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/data/random.ts';
import { inspectModel } from '../../src/core/onnx/inspect.ts';
import { activationNames } from '../../src/core/import/tfjs-layers/activations.ts';
import { hardSigmoidOfKeras3 } from '../../src/core/import/tfjs-layers/model-topology.ts';
import { toLayersModel } from '../../src/tfjs/from-onnx.ts';
import { toOnnx } from '../../src/tfjs/to-onnx.ts';
import { topologySchema } from '../../src/tfjs/topology.ts';
import { trainedLayers } from '../../src/tfjs/trained-layers.ts';
import { runOnnx } from './run-onnx.ts';

const { layers } = tfl;
const options = { name: 'test', inputName: 'x', outputName: 'y', preprocessing: [], head: [] };
const batch = 3;
/** Height and width differ, so that a swap of axes shows. */
const image = [7, 6, 3];

beforeAll(() => tf.setBackend('cpu'));

function random(count: number, seed: number): Float32Array<ArrayBuffer> {
  const source = seededRandom(seed);
  return Float32Array.from({ length: count }, () => source.uniform() * 4 - 2);
}

/** A model of these layers, every weight random (a variance stays positive). */
function chain(...chained: tfl.layers.Layer[]): tfl.LayersModel {
  const model = tfl.sequential({ layers: chained });
  model.weights.forEach((variable, i) => {
    const shape = variable.shape as number[];
    tf.tidy(() => {
      const value = tf.tensor(random(tf.util.sizeFromShape(shape), i + 1), shape);
      variable.write(variable.originalName.endsWith('variance') ? tf.abs(value) : value);
    });
  });
  return model;
}

async function predict(model: tfl.LayersModel, input: Float32Array, sample: readonly number[]) {
  const output = tf.tidy(() => {
    const x = tf.tensor(input, [batch, ...sample]);
    const y = model.predict(x) as tf.Tensor;
    return y.rank === 4 ? tf.transpose(y, [0, 3, 1, 2]) : y;
  });
  const data = await output.data();
  output.dispose();
  return { shape: output.shape, data };
}

function nchw(input: Float32Array<ArrayBuffer>, sample: readonly number[]): Float32Array<ArrayBuffer> {
  if (sample.length !== 3) return input;
  return tf.tidy(() =>
    Float32Array.from(tf.transpose(tf.tensor(input, [batch, ...sample]), [0, 3, 1, 2]).dataSync()),
  );
}

/** As TensorFlow.js's own arguments have it. */
function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function largestDifference(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    difference = Math.max(difference, Math.abs(got[i]! - wanted[i]!));
    largest = Math.max(largest, Math.abs(wanted[i]!));
  }
  return difference / largest;
}

/** Both runtimes give the same, and so does the model that is read back. */
async function expectSame(model: tfl.LayersModel, sample: readonly number[]): Promise<void> {
  const input = random(batch * sample.reduce((a, b) => a * b, 1), 99);
  const { file, topology } = await toOnnx(model, options);
  const wanted = await predict(model, input, sample);
  const feed = nchw(input, sample);
  const got = await runOnnx(file, feed, [
    batch,
    ...(sample.length === 3 ? [sample[2]!, sample[0]!, sample[1]!] : sample),
  ]);
  expect(got.shape).toEqual(wanted.shape);
  expect(largestDifference(got.data, wanted.data)).toBeLessThanOrEqual(1e-5);

  const back = await toLayersModel(topologySchema.parse(JSON.parse(JSON.stringify(topology))), file);
  expect((await predict(back, input, sample)).data).toEqual(wanted.data);
  back.dispose();
  model.dispose();
}

const cases: Record<string, [sample: readonly number[], make: () => tfl.layers.Layer[]]> = {
  Dense: [[5], () => [layers.dense({ inputShape: [5], units: 4, activation: 'softmax' })]],
  'Dense without bias': [[5], () => [layers.dense({ inputShape: [5], units: 4, useBias: false })]],
  Conv2D: [
    image,
    () => [layers.conv2d({ inputShape: image, filters: 5, kernelSize: [3, 2], activation: 'relu' })],
  ],
  'Conv2D, same, strides': [
    image,
    () => [layers.conv2d({ inputShape: image, filters: 4, kernelSize: 3, strides: 2, padding: 'same' })],
  ],
  'Conv2D, same, even kernel': [
    image,
    () => [
      layers.conv2d({ inputShape: image, filters: 4, kernelSize: [2, 4], padding: 'same', useBias: false }),
    ],
  ],
  'Conv2D, dilated': [
    image,
    () => [layers.conv2d({ inputShape: image, filters: 2, kernelSize: 3, dilationRate: 2, padding: 'same' })],
  ],
  DepthwiseConv2D: [
    image,
    () => [
      layers.depthwiseConv2d({ inputShape: image, kernelSize: 3, depthMultiplier: 2, activation: 'relu6' }),
    ],
  ],
  'DepthwiseConv2D, same, strides': [
    image,
    () => [layers.depthwiseConv2d({ inputShape: image, kernelSize: 3, strides: [2, 2], padding: 'same' })],
  ],
  MaxPooling2D: [image, () => [layers.maxPooling2d({ inputShape: image, poolSize: 2 })]],
  'MaxPooling2D, same': [
    image,
    () => [layers.maxPooling2d({ inputShape: image, poolSize: 3, strides: 2, padding: 'same' })],
  ],
  AveragePooling2D: [image, () => [layers.averagePooling2d({ inputShape: image, poolSize: [2, 3] })]],
  'AveragePooling2D, same': [
    image,
    () => [layers.averagePooling2d({ inputShape: image, poolSize: 3, strides: 2, padding: 'same' })],
  ],
  GlobalAveragePooling2D: [
    image,
    () => [layers.inputLayer({ inputShape: image }), layers.globalAveragePooling2d({})],
  ],
  GlobalMaxPooling2D: [
    image,
    () => [layers.inputLayer({ inputShape: image }), layers.globalMaxPooling2d({})],
  ],
  BatchNormalization: [image, () => [layers.batchNormalization({ inputShape: image })]],
  'BatchNormalization of features, without scale and centre': [
    [5],
    () => [layers.batchNormalization({ inputShape: [5], scale: false, center: false })],
  ],
  Dropout: [[5], () => [layers.dropout({ inputShape: [5], rate: 0.5 }), layers.dense({ units: 2 })]],
  Flatten: [
    image,
    () => [
      layers.conv2d({ inputShape: image, filters: 4, kernelSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 3 }),
    ],
  ],
  Activation: [image, () => [layers.activation({ inputShape: image, activation: 'softmax' })]],
  ReLU: [image, () => [layers.reLU({ inputShape: image, maxValue: 1 })]],
  LeakyReLU: [image, () => [layers.leakyReLU({ inputShape: image, alpha: 0.2 })]],
  ELU: [image, () => [layers.elu({ inputShape: image })]],
  ThresholdedReLU: [image, () => [layers.thresholdedReLU({ inputShape: image, theta: 0.5 })]],
  Softmax: [[5], () => [layers.softmax({ inputShape: [5] })]],
};

describe('a layer in ONNX Runtime answers as in TensorFlow.js, there and back', () => {
  it.each(Object.keys(cases))('%s', async name => {
    const [sample, make] = cases[name]!;
    await expectSame(chain(...make()), sample);
  });

  it('has a case for every layer that is trained', () => {
    const tried = new Set(
      Object.values(cases).flatMap(([, make]) => make().map(layer => layer.getClassName())),
    );
    expect([...tried, 'InputLayer']).toEqual(expect.arrayContaining(trainedLayers));
  });
});

describe('an activation in ONNX Runtime answers as in TensorFlow.js', () => {
  // TensorFlow.js knows `silu` by its other name only, and one function of Keras 3 not at all.
  it.each(activationNames.filter(name => !['silu', hardSigmoidOfKeras3].includes(name)))('%s', async name => {
    const activation = camelCase(name) as 'relu';
    await expectSame(chain(layers.dense({ inputShape: [5], units: 4, activation })), [5]);
  });
});

describe('toOnnx', () => {
  it('puts the preprocessing into the graph', async () => {
    const model = chain(layers.dense({ inputShape: [2], units: 2, name: 'only' }));
    const { file } = await toOnnx(model, {
      ...options,
      preprocessing: [
        { op: 'standardize', mean: [1, 2], scale: [2, 4] },
        { op: 'divide', by: 10 },
      ],
    });
    const wanted = await predict(model, Float32Array.from([0.1, 0.1, 0, 0, -0.05, 0.025]), [2]);
    const got = await runOnnx(file, Float32Array.from([3, 6, 1, 2, 0, 3]), [batch, 2]);
    expect(largestDifference(got.data, wanted.data)).toBeLessThanOrEqual(1e-5);
    model.dispose();
  });

  it('gives a free batch, and inputs with the channels first', async () => {
    const model = chain(layers.conv2d({ inputShape: image, filters: 4, kernelSize: 2 }));
    const { file } = await toOnnx(model, options);
    const inspection = inspectModel(file);
    expect(inspection.inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [-1, 3, 7, 6] }]);
    expect(inspection.outputs).toEqual([{ name: 'y', datatype: 'FP32', shape: [-1, 4, 6, 5] }]);
    model.dispose();
  });

  it('names a layer, a setting and a kind of model it has no rule for', async () => {
    const wider = chain(layers.upSampling2d({ inputShape: image, name: 'wider' }));
    await expect(toOnnx(wider, options)).rejects.toMatchObject({
      code: 'OperatorUnsupported',
      detail: "Layer 'wider' is a UpSampling2D, which this engine does not train.",
    });
    const first = chain(
      layers.conv2d({
        inputShape: [3, 7, 6],
        filters: 2,
        kernelSize: 2,
        dataFormat: 'channelsFirst',
        name: 'odd',
      }),
    );
    await expect(toOnnx(first, options)).rejects.toThrow("'odd' (Conv2D) has no ONNX form here: data_format");
    const input = tfl.input({ shape: [2] });
    const functional = tfl.model({
      inputs: input,
      outputs: layers.dense({ units: 1 }).apply(input) as tfl.SymbolicTensor,
    });
    await expect(toOnnx(functional, options)).rejects.toThrow('Sequential');
  });
});

describe('toLayersModel', () => {
  it('refuses a file that is another model’s, and leaks nothing', async () => {
    const model = chain(layers.dense({ inputShape: [2], units: 2, name: 'a' }));
    const other = chain(layers.dense({ inputShape: [3], units: 2, name: 'a' }));
    const { topology } = await toOnnx(model, options);
    const { file } = await toOnnx(other, options);
    const before = tf.memory().numTensors;
    await expect(toLayersModel(topology, file)).rejects.toMatchObject({ code: 'TrainingImpossible' });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a layer it does not know, by name', async () => {
    const model = chain(layers.dense({ inputShape: [2], units: 2, name: 'a' }));
    const { topology, file } = await toOnnx(model, options);
    const strange = structuredClone(topology);
    strange.layers.config.layers[0]!.class_name = 'Lambda';
    await expect(toLayersModel(strange, file)).rejects.toThrow("Layer 'a' is a Lambda");
  });
});
