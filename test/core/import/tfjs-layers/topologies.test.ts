import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ImportFile } from '../../../../src/core/import/imported.ts';
import { importLayersModel } from '../../../../src/core/import/tfjs-layers/import-layers-model.ts';
import { float32 } from '../../../../src/core/tensor.ts';
import { answersOf, difference, random, randomize, ranOnnx, saved } from './saved.ts';

const { layers } = tfl;

beforeAll(() => tf.setBackend('cpu'));

function json(value: unknown): ImportFile {
  return { path: 'web/model.json', bytes: new TextEncoder().encode(JSON.stringify(value)) };
}

function weights(values: Record<string, readonly [shape: number[], values: number[]]>) {
  const all = Object.values(values).flatMap(([, each]) => each);
  const bytes = new Uint8Array(Float32Array.from(all).buffer);
  const entries = Object.entries(values).map(([name, [shape]]) => ({ name, shape, dtype: 'float32' }));
  return {
    manifest: [{ paths: ['w.bin'], weights: entries }],
    file: { path: 'web/w.bin', bytes },
  };
}

async function expectSame(model: tfl.LayersModel, inputs: Parameters<typeof answersOf>[1]): Promise<void> {
  const [file, ...shards] = await saved(model, 64);
  const got = await ranOnnx(importLayersModel(file!, shards).model, inputs);
  const wanted = answersOf(model, inputs);
  expect(got.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
  got.forEach((each, i) => expect(difference(each, wanted[i]!)).toBeLessThanOrEqual(1e-5));
  model.dispose();
}

describe('a model that TensorFlow.js saved', () => {
  it('of several inputs and outputs, with a model in it that is called twice', async () => {
    const tower = tfl.sequential({
      name: 'tower',
      layers: [layers.dense({ inputShape: [4], units: 3, activation: 'tanh' }), layers.dense({ units: 2 })],
    });
    const [left, right] = [tfl.input({ shape: [4], name: 'left' }), tfl.input({ shape: [4], name: 'right' })];
    const apart = [left, right].map(input => tower.apply(input) as tfl.SymbolicTensor);
    const sum = layers.add().apply(apart) as tfl.SymbolicTensor;
    const outputs = [layers.dense({ units: 5 }).apply(sum) as tfl.SymbolicTensor, apart[1]!];
    const model = tfl.model({ inputs: [left, right], outputs });
    randomize(model);
    await expectSame(model, [float32([3, 4], random(12, 1)), float32([3, 4], random(12, 2))]);
  });

  it('keeps an image’s layout, its names and a free batch', async () => {
    const model = tfl.sequential({
      layers: [layers.conv2d({ inputShape: [5, 4, 3], filters: 2, kernelSize: 2, name: 'see' })],
    });
    const [file, ...shards] = await saved(model);
    const { interface: face, format } = importLayersModel(file!, shards);
    expect(format).toBe('tfjs-layers');
    expect(face.inputs).toEqual([
      { name: 'see_input', datatype: 'FP32', shape: [-1, 5, 4, 3], meaning: null },
    ]);
    expect(face.outputs).toMatchObject([{ name: 'see', shape: [-1, 4, 3, 2] }]);
    model.dispose();
  });

  it('of free height and width answers at any size', async () => {
    const model = tfl.sequential({
      layers: [
        layers.conv2d({
          inputShape: [null, null, 3],
          filters: 4,
          kernelSize: 3,
          strides: 2,
          padding: 'same',
        }),
        layers.globalAveragePooling2d({}),
      ],
    });
    randomize(model);
    const [file, ...shards] = await saved(model);
    const { model: onnx } = importLayersModel(file!, shards);
    for (const [height, width] of [
      [7, 6],
      [8, 5],
    ] as const) {
      const input = float32([1, height, width, 3], random(height * width * 3, 4));
      const [wanted] = answersOf(model, [input]);
      const [got] = await ranOnnx(onnx, [input]);
      expect(difference(got!, wanted!)).toBeLessThanOrEqual(1e-5);
    }
    model.dispose();
  });

  it('that begins with Rescaling takes bytes', async () => {
    const model = tfl.sequential({
      layers: [
        layers.rescaling({ inputShape: [4, 4, 3], scale: 1 / 255, offset: 0 }),
        layers.flatten(),
        layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    const [file, ...shards] = await saved(model);
    const { interface: face } = importLayersModel(file!, shards);
    expect(face.inputs[0]!.meaning).toMatchObject({ kind: 'image', layout: 'NHWC', range: [0, 255] });
    expect(face.decision).toMatchObject({ kind: 'softmax', from: 'probabilities' });
    model.dispose();
  });
});

/** Dense(2, relu) and Dense(1), one after the other: (1·1 + 2·2 + 1, relu(−1·1 + 0·2 − 1)) → 6·1 + 0·1. */
const dense = weights({
  'first/dense/kernel:0': [
    [2, 2],
    [1, -1, 2, 0],
  ],
  'first/dense/bias:0': [[2], [1, -1]],
  'last/kernel': [
    [2, 1],
    [1, 1],
  ],
});

describe('a model that Keras stored', () => {
  const keras2 = {
    class_name: 'Functional',
    config: {
      name: 'net',
      layers: [
        { class_name: 'InputLayer', name: 'in', config: { batch_input_shape: [null, 2] }, inbound_nodes: [] },
        {
          class_name: 'Dense',
          name: 'first',
          config: { name: 'first', activation: 'relu' },
          inbound_nodes: [[['in', 0, 0, {}]]],
        },
        {
          class_name: 'Dense',
          name: 'last',
          config: { name: 'last', activation: 'linear' },
          inbound_nodes: [[['first', 0, 0, {}]]],
        },
      ],
      input_layers: [['in', 0, 0]],
      output_layers: [['last', 0, 0]],
    },
  };
  const from = (layer: string) => ({
    args: [{ class_name: '__keras_tensor__', config: { keras_history: [layer, 0, 0] } }],
    kwargs: {},
  });
  const keras3 = {
    class_name: 'Functional',
    config: {
      name: 'net',
      layers: [
        { class_name: 'InputLayer', name: 'in', config: { batch_shape: [null, 2] }, inbound_nodes: [] },
        { class_name: 'Dense', name: 'first', config: { activation: 'relu' }, inbound_nodes: [from('in')] },
        { class_name: 'Dense', name: 'last', config: {}, inbound_nodes: [from('first')] },
      ],
      input_layers: ['in', 0, 0],
      output_layers: ['last', 0, 0],
    },
  };
  it.each([
    ['2', { model_config: keras2, keras_version: '2.13.1' }],
    ['3', { model_config: keras3, keras_version: '3.6.0' }],
  ])('%s answers as its layers do', async (_, modelTopology) => {
    const file = json({ format: 'layers-model', modelTopology, weightsManifest: dense.manifest });
    const { model } = importLayersModel(file, [dense.file]);
    const [got] = await ranOnnx(model, [float32([1, 2], [1, 2])]);
    expect(got).toEqual(float32([1, 1], [6]));
  });
});

describe('what Keras has and TensorFlow.js 4.22 has not', () => {
  it('Subtract takes the second from the first; layers of training alone do nothing', async () => {
    const layer = (class_name: string, name: string, ...from: string[]) => ({
      class_name,
      name,
      config: { name },
      inbound_nodes: [from.map(each => [each, 0, 0, {}])],
    });
    const entry = (name: string) => ({
      class_name: 'InputLayer',
      name,
      config: { batch_input_shape: [null, 1, 2, 2] },
      inbound_nodes: [],
    });
    const file = json({
      modelTopology: {
        class_name: 'Functional',
        config: {
          name: 'net',
          layers: [
            entry('a'),
            entry('b'),
            layer('SpatialDropout2D', 'drop', 'a'),
            layer('ActivityRegularization', 'regular', 'drop'),
            layer('Subtract', 'apart', 'regular', 'b'),
          ],
          input_layers: [
            ['a', 0, 0],
            ['b', 0, 0],
          ],
          output_layers: [['apart', 0, 0]],
        },
      },
    });
    const sides = [
      [9, 8, 7, 6],
      [1, 2, 3, 4],
    ].map(values => float32([1, 1, 2, 2], values));
    const [got] = await ranOnnx(importLayersModel(file, []).model, sides);
    expect(got).toEqual(float32([1, 1, 2, 2], [8, 6, 4, 2]));
  });

  it.each([
    ['2.13.1', 0.9],
    ['3.6.0', 5 / 6],
  ])('hard_sigmoid of Keras %s has its own slope: 2 → %f', async (version, wanted) => {
    const config = { name: 'a', activation: 'hard_sigmoid', batch_input_shape: [null, 1] };
    const file = json({
      modelTopology: {
        keras_version: version,
        model_config: { class_name: 'Sequential', config: [{ class_name: 'Activation', config }] },
      },
    });
    const [got] = await ranOnnx(importLayersModel(file, []).model, [float32([1, 1], [2])]);
    expect(Number(got!.data[0])).toBeCloseTo(wanted, 6);
  });
});

describe('refuses, by name,', () => {
  const chain = (layer: object, manifest: unknown[] = []) =>
    json({
      modelTopology: { class_name: 'Sequential', config: { name: 's', layers: [layer] } },
      weightsManifest: manifest,
    });
  const input = { batch_input_shape: [null, 4] };
  const image = { batch_input_shape: [null, 4, 4, 3] };

  it.each([
    [
      'a layer it has no rule for',
      { class_name: 'Lambda', config: { name: 'odd', ...input } },
      "'odd' (Lambda)",
    ],
    [
      'a setting',
      { class_name: 'MaxPooling2D', config: { name: 'p', data_format: 'channels_first', ...image } },
      'data_format: only channels_last',
    ],
    [
      'a layer whose weights are not there',
      { class_name: 'Dense', config: { name: 'd', ...input } },
      "'kernel'",
    ],
    ['a mask', { class_name: 'Embedding', config: { name: 'e', mask_zero: true, ...input } }, 'mask_zero'],
    [
      'an activation',
      { class_name: 'Activation', config: { name: 'a', activation: 'own', ...input } },
      "'own' of layer 'a'",
    ],
  ])('%s', (_, layer, detail) => {
    expect(() => importLayersModel(chain(layer), [])).toThrow(
      expect.objectContaining({ code: 'OperatorUnsupported', detail: expect.stringContaining(detail) }),
    );
  });

  const reading = (name: string, of: string) => ({
    class_name: 'Add',
    name,
    config: {},
    inbound_nodes: [[[of, 0, 0, {}]]],
  });
  const graph = (layers: object[], output: string) =>
    json({
      modelTopology: {
        class_name: 'Model',
        config: { name: 'm', layers, input_layers: [['in', 0, 0]], output_layers: [[output, 0, 0]] },
      },
    });
  const entry = { class_name: 'InputLayer', name: 'in', config: input, inbound_nodes: [] };

  it.each([
    ['no JSON', { path: 'model.json', bytes: new Uint8Array([0x7b]) }, 'no JSON'],
    ['no topology', json({ weightsManifest: [] }), 'modelTopology'],
    ['no shape', chain({ class_name: 'Dense', config: { name: 'd' } }), "'d' does not say the shape"],
    [
      'layers that wait for each other',
      graph([entry, reading('a', 'b'), reading('b', 'a')], 'a'),
      'waits for itself',
    ],
    ['a layer that is not there', graph([entry], 'gone'), "'gone' is never called"],
  ])('%s', (_, file, detail) => {
    expect(() => importLayersModel(file, [])).toThrow(
      expect.objectContaining({ code: 'ImportImpossible', detail: expect.stringContaining(detail) }),
    );
  });

  it('a few models that apply each other so often that they are tens of thousands of layers', () => {
    const input = {
      class_name: 'InputLayer',
      name: 'x',
      config: { batch_input_shape: [null, 1] },
      inbound_nodes: [],
    };
    let layer: object = { class_name: 'Dropout', config: {} };
    for (let depth = 0; depth < 3; depth++) {
      const calls = Array.from({ length: 28 }, (_, nth) => [
        [nth === 0 ? 'x' : 'again', Math.max(0, nth - 1), 0, {}],
      ]);
      layer = {
        class_name: 'Functional',
        config: {
          layers: [input, { ...layer, name: 'again', inbound_nodes: calls }],
          input_layers: [['x', 0, 0]],
          output_layers: [['again', 27, 0]],
        },
      };
    }
    expect(() => importLayersModel(json({ modelTopology: layer }), [])).toThrow('more than 20000 layers');
  });

  it('a model nested deeper than any real one', () => {
    let layer: object = { class_name: 'Dense', config: { name: 'd' } };
    for (let i = 0; i < 40; i++)
      layer = { class_name: 'Sequential', config: { name: `s${i}`, layers: [layer] } };
    expect(() => importLayersModel(json({ modelTopology: layer }), [])).toThrow('deep');
  });
});
