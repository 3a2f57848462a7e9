// The peer TensorFlow.js, on any of its backends: variables, `minimize`, its own Adam, images [batch, height, width, channels]
// as it wants them.
import './cores.ts';
import './memory.ts';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import { build, type Net } from '../../nets/net.ts';
import { adam, type Trainer } from '../../nets/trainer.ts';
import { type Batch, batchOf, type Weight, weightsOf } from '../../nets/weights.ts';
import { startTfjs } from '../tfjs-backend.ts';
import { serveTrainer } from './side.ts';
import { tfjsLayers } from './tfjs-layers.ts';

serveTrainer(async (net, backend) => {
  await startTfjs(backend);
  return trainerOf(net);
});

function trainerOf(net: Net): Trainer {
  const weights = weightsOf(net);
  const first = new Map(weights.map(weight => [weight.name, laidOut(weight)]));
  const variables = new Map(
    weights.map(({ name, role }) => [name, tf.variable(first.get(name)!, role === 'trained', name)]),
  );
  const batch = inputOf(net, batchOf(net));
  const layers = tfjsLayers(variables);
  let optimizer = newOptimizer();
  const loss = () => {
    const input = tf.tensor(
      batch.input,
      [...batch.shape],
      net.input.tokens === undefined ? 'float32' : 'int32',
    );
    const logits = build(net.layers, layers, input);
    const labels = tf.oneHot(tf.tensor(batch.labels, [...batch.labelShape], 'int32'), net.classes);
    return tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(labels, logits);
  };
  return {
    reset() {
      for (const [name, variable] of variables) variable.assign(first.get(name)!);
      optimizer.dispose();
      optimizer = newOptimizer();
      return Promise.resolve();
    },
    async step() {
      const value = optimizer.minimize(loss, true)!;
      const [before] = await value.data();
      value.dispose();
      return before!;
    },
  };
}

function newOptimizer(): tf.Optimizer {
  return tf.train.adam(adam.learningRate, adam.beta1, adam.beta2, adam.epsilon);
}

/** Channels last, once and for all. */
function laidOut({ tensor, axes, image }: Weight): tf.Tensor {
  return tf.tidy(() => {
    const value = tf.tensor(tensor.data, [...tensor.shape]);
    switch (axes) {
      case 'conv':
        return tf.transpose(value, [2, 3, 1, 0]);
      case 'depthwise':
        return tf.transpose(value, [2, 3, 0, 1]);
      case 'image-dense': {
        const channelsFirst = tf.reshape(value, [...image!, tensor.shape[1]!]);
        return tf.reshape(tf.transpose(channelsFirst, [1, 2, 0, 3]), [...tensor.shape]);
      }
      case 'recurrent':
      case 'other':
        return value;
    }
  });
}

function inputOf(net: Net, batch: Batch): Batch {
  if (net.input.shape.length !== 3) return batch;
  const [count, channels, height, width] = batch.shape as [number, number, number, number];
  const input = new Float32Array(batch.input.length);
  const places = height * width;
  for (let sample = 0; sample < count; sample++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let place = 0; place < places; place++) {
        const from = (sample * channels + channel) * places + place;
        input[(sample * places + place) * channels + channel] = batch.input[from]!;
      }
    }
  }
  return { ...batch, input, shape: [count, height, width, channels] };
}
