// The peer: the same backbone in TensorFlow.js, frozen, and behind it what Teachable Machine trains (its image library 0.8.4:
// 100 units with ReLU, a softmax without biases, Adam at 0.001, 50 epochs of batches of 16).
import '../training/cores.ts';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import { layers, type LayersModel, sequential } from '@tensorflow/tfjs-layers';
import type { LabelledEmbeddings } from '../../../src/core/teach/labelled-embeddings.ts';
import { openGraphModel } from '../../imports/tfjs-model.ts';
import { backbone } from '../../teach/backbone.ts';
import { fetchBytes } from '../import/side.ts';
import { startTfjs } from '../tfjs-backend.ts';
import { type Learning, rightShare, serveSide } from './side.ts';

const epochs = 50;
const batchSize = 16;
const learningRate = 1e-3;
const hiddenUnits = 100;

serveSide(async backend => {
  await startTfjs(backend);
  const [json, shards] = await Promise.all([
    fetchBytes(`/models/${backbone.name}.json`),
    fetchBytes(`/models/${backbone.name}.bin`),
  ]);
  const model = await openGraphModel(json, shards);
  const { side, width } = backbone;
  return {
    width,
    learnsAsTheyCome: false,
    async embed({ rgba, width: columns, height: rows }) {
      const embedding = tf.tidy(() => {
        const pixels = tf.slice(
          tf.tensor3d(Int32Array.from(rgba), [rows, columns, 4]),
          [0, 0, 0],
          [rows, columns, 3],
        );
        const image = tf.image.resizeBilinear(pixels, [side, side], false, true);
        const input = tf.transpose(tf.expandDims(tf.div(image, 255)), [0, 3, 1, 2]);
        const map = model.execute({ [backbone.input]: input }, backbone.value) as tf.Tensor;
        return tf.mean(map, map.shape[1] === width ? [2, 3] : [1, 2]);
      });
      const data = await embedding.data<'float32'>();
      embedding.dispose();
      return Float32Array.from(data);
    },
    async answer(shown, asked) {
      const head = newHead(shown);
      await fitted(head, shown, null);
      return (await answersOf(head, asked))[0]!;
    },
    async learn(shown, tests, wanted) {
      const head = newHead(shown);
      return fitted(head, shown, { tests, wanted });
    },
  };
});

function newHead({ width, classes }: LabelledEmbeddings): LayersModel {
  const model = sequential({
    layers: [
      layers.dense({
        inputShape: [width],
        units: hiddenUnits,
        activation: 'relu',
        kernelInitializer: 'varianceScaling',
        useBias: true,
      }),
      layers.dense({
        units: classes,
        activation: 'softmax',
        kernelInitializer: 'varianceScaling',
        useBias: false,
      }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(learningRate), loss: 'categoricalCrossentropy' });
  return model;
}

async function fitted(
  model: LayersModel,
  { embeddings, labels, width, classes }: LabelledEmbeddings,
  judged: { readonly tests: LabelledEmbeddings; readonly wanted: number | null } | null,
): Promise<Learning> {
  const x = tf.tensor2d(embeddings, [labels.length, width]);
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), classes);
  let right = 0;
  let lookedMs = 0;
  const started = performance.now();
  const look = async () => {
    const from = performance.now();
    right = rightShare(await answersOf(model, judged!.tests.embeddings), judged!.tests);
    lookedMs += performance.now() - from;
  };
  const onEpochEnd = async () => {
    if (judged?.wanted == null) return;
    await look();
    if (right >= judged.wanted) model.stopTraining = true;
  };
  await model.fit(x, y, { epochs, batchSize, shuffle: true, verbose: 0, callbacks: { onEpochEnd } });
  const milliseconds = performance.now() - started - lookedMs;
  if (judged) await look();
  tf.dispose([x, y]);
  return { milliseconds, right };
}

async function answersOf(model: LayersModel, embeddings: Float32Array): Promise<ArrayLike<number>> {
  const width = model.inputs[0]!.shape[1]!;
  const answers = tf.tidy(() => {
    const x = tf.tensor2d(embeddings, [embeddings.length / width, width]);
    return tf.argMax(model.predict(x) as tf.Tensor, 1);
  });
  const data = await answers.data();
  answers.dispose();
  return data;
}
