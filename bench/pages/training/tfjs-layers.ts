// The layers of a net in TensorFlow.js's operations, as its own layers do them. Images are [batch, height, width, channels].
import * as tf from '@tensorflow/tfjs-core';
import type { Builder } from '../../nets/net.ts';
import { batchNorm, layerNormEpsilon } from '../../nets/trainer.ts';

export function tfjsLayers(variables: ReadonlyMap<string, tf.Variable>): Builder<tf.Tensor> {
  const weight = <T extends tf.Tensor>(name: string) => variables.get(name)! as unknown as T;

  /** One product of two matrices, whatever stands before the last axis. */
  const linear = (x: tf.Tensor, name: string): tf.Tensor => {
    const matrix = weight<tf.Tensor2D>(`${name}.weight`);
    const flat = tf.reshape(x, [-1, matrix.shape[0]]);
    const sum = tf.add(tf.matMul(flat, matrix), weight(`${name}.bias`));
    return tf.reshape(sum, [...x.shape.slice(0, -1), matrix.shape[1]]);
  };

  const follow = (name: string, batch: tf.Tensor) => {
    const running = variables.get(name)!;
    const { momentum } = batchNorm;
    running.assign(tf.add(tf.mul(running, momentum), tf.mul(batch, 1 - momentum)));
  };

  return {
    dense: (x, { name, image }) => linear(image ? tf.reshape(x, [x.shape[0], -1]) : x, name),
    conv(x, { name, kernel, stride, bias }) {
      const y = tf.conv2d(
        x as tf.Tensor4D,
        weight<tf.Tensor4D>(`${name}.weight`),
        stride,
        Math.floor(kernel / 2),
      );
      return bias === 'bias' ? tf.add(y, weight(`${name}.bias`)) : y;
    },
    depthwise: (x, { name, kernel, stride }) =>
      tf.depthwiseConv2d(
        x as tf.Tensor4D,
        weight<tf.Tensor4D>(`${name}.weight`),
        stride,
        Math.floor(kernel / 2),
      ),
    batchNorm(x, { name }) {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      follow(`${name}.mean`, mean);
      follow(`${name}.variance`, variance);
      return tf.batchNorm(
        x,
        mean,
        variance,
        weight<tf.Tensor1D>(`${name}.bias`),
        weight<tf.Tensor1D>(`${name}.scale`),
        batchNorm.epsilon,
      );
    },
    relu: x => tf.relu(x),
    relu6: x => tf.relu6(x),
    maxPool: x => tf.maxPool(x as tf.Tensor4D, 2, 2, 0),
    globalAveragePool: x => tf.mean(x, [1, 2]),
    add: (a, b) => tf.add(a, b),
    embedding(x, { name, tokens }) {
      // By a product: the WASM backend has no kernel for the gradient of `gather`, and on the others it is slower.
      const rows = tf.matMul(tf.oneHot(tf.reshape(x, [-1]), tokens), weight<tf.Tensor2D>(`${name}.tokens`));
      return tf.add(tf.reshape(rows, [...x.shape, -1]), weight(`${name}.places`));
    },
    layerNorm(x, { name }) {
      const { mean, variance } = tf.moments(x, -1, true);
      const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, layerNormEpsilon)));
      return tf.add(tf.mul(normal, weight(`${name}.scale`)), weight(`${name}.bias`));
    },
    attention(x, { name, places, width, heads }) {
      const size = width / heads;
      const split = (part: string) =>
        tf.transpose(tf.reshape(linear(x, `${name}.${part}`), [-1, places, heads, size]), [0, 2, 1, 3]);
      const scores = tf.matMul(split('query'), split('key'), false, true);
      const mixed = tf.matMul(tf.softmax(tf.mul(scores, 1 / Math.sqrt(size))), split('value'));
      return linear(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, places, width]), `${name}.out`);
    },
    gru(x, { name, steps, inputs, hidden }) {
      const [batch] = x.shape as [number];
      const [forInput, forState] = tf.split(weight<tf.Tensor1D>(`${name}.bias`), 2);
      const input = weight<tf.Tensor2D>(`${name}.input`);
      const recurrent = weight<tf.Tensor2D>(`${name}.recurrent`);
      const products = tf.add(tf.matMul(tf.reshape(x, [-1, inputs]), input, false, true), forInput!);
      const each = tf.unstack(tf.reshape(products, [batch, steps, 3 * hidden]), 1);
      return each.reduce<tf.Tensor2D>(
        (h, product) => {
          const share = tf.add(tf.matMul(h, recurrent, false, true), forState!);
          const [ofInput, ofState] = [product, share].map(gates => tf.split(gates, 3, 1)) as [
            tf.Tensor[],
            tf.Tensor[],
          ];
          const z = tf.sigmoid(tf.add(ofInput[0]!, ofState[0]!));
          const r = tf.sigmoid(tf.add(ofInput[1]!, ofState[1]!));
          const candidate = tf.tanh(tf.add(ofInput[2]!, tf.mul(r, ofState[2]!)));
          return tf.add(candidate, tf.mul(z, tf.sub(h, candidate)));
        },
        tf.zeros([batch, hidden]),
      );
    },
  };
}
