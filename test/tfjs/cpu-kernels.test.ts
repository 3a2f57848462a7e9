import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { installCpuKernels } from '../../src/tfjs/cpu-kernels.ts';

beforeAll(() => tf.setBackend('cpu'));

type Settings = [
  input: [number, number, number, number],
  filter: [number, number, number, number],
  strides: number | [number, number],
  pad: 'same' | 'valid',
];

function filterGradient([input, filter, strides, pad]: Settings): Float32Array {
  return tf.tidy(() => {
    const x = tf.randomNormal<tf.Rank.R4>(input, 0, 1, 'float32', 1);
    const w = tf.randomNormal<tf.Rank.R4>(filter, 0, 1, 'float32', 2);
    const y = tf.conv2d(x, w, strides, pad);
    const dy = tf.randomNormal<tf.Rank.R4>(y.shape, 0, 1, 'float32', 3);
    return tf
      .grad(kernel => tf.conv2d(x, kernel as tf.Tensor4D, strides, pad))(w, dy)
      .dataSync<'float32'>();
  });
}

describe('the gradient of a convolution’s weights', () => {
  const cases: Settings[] = [
    [[2, 7, 6, 3], [3, 2, 3, 4], 1, 'same'],
    [[2, 7, 6, 3], [3, 3, 3, 5], [2, 1], 'valid'],
    [[1, 8, 8, 1], [2, 4, 1, 2], 2, 'same'],
  ];
  // The backend's own answers are taken before its kernel is replaced.
  let own: Float32Array[];
  beforeAll(() => {
    own = cases.map(filterGradient);
    installCpuKernels();
    installCpuKernels();
  });

  it.each(cases.map((each, i) => [i, each] as const))('is the backend’s own, case %i', (i, settings) => {
    const got = filterGradient(settings);
    expect(got).toHaveLength(own[i]!.length);
    got.forEach((value, at) => expect(value).toBeCloseTo(own[i]![at]!, 4));
  });

  it('is the product by hand for one pixel', () => {
    const gradient = tf.grad(w => tf.conv2d(tf.tensor4d([2, 3], [1, 1, 1, 2]), w as tf.Tensor4D, 1, 'valid'));
    const dw = gradient(tf.zeros([1, 1, 2, 1]), tf.tensor4d([5], [1, 1, 1, 1]));
    expect(Array.from(dw.dataSync())).toEqual([10, 15]);
  });
});
