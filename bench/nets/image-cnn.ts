// CNN on 28 × 28: two convolutions, two dense layers, as for MNIST.
import type { Net } from './net.ts';

export const imageCnn: Net = {
  name: 'cnn-28',
  title: 'CNN 28 × 28',
  input: { shape: [1, 28, 28] },
  classes: 10,
  labels: 'sample',
  batch: 64,
  layers: [
    { kind: 'conv', name: 'conv1', channels: 1, filters: 16, kernel: 3, stride: 1, bias: 'bias' },
    { kind: 'relu' },
    { kind: 'maxPool' },
    { kind: 'conv', name: 'conv2', channels: 16, filters: 32, kernel: 3, stride: 1, bias: 'bias' },
    { kind: 'relu' },
    { kind: 'maxPool' },
    { kind: 'dense', name: 'hidden', inputs: 1568, units: 128, image: [32, 7, 7] },
    { kind: 'relu' },
    { kind: 'dense', name: 'output', inputs: 128, units: 10 },
  ],
};
