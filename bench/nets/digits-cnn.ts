// CNN on 8 × 8: the layers of the demo's digits and of `haversack train --new cnn`.
import type { Net } from './net.ts';

export const digitsCnn: Net = {
  name: 'cnn-8',
  title: 'CNN 8 × 8',
  input: { shape: [1, 8, 8] },
  classes: 10,
  labels: 'sample',
  batch: 64,
  layers: [
    { kind: 'conv', name: 'conv1', channels: 1, filters: 16, kernel: 3, stride: 1, bias: 'bias' },
    { kind: 'relu' },
    { kind: 'conv', name: 'conv2', channels: 16, filters: 32, kernel: 3, stride: 1, bias: 'bias' },
    { kind: 'relu' },
    { kind: 'maxPool' },
    { kind: 'dense', name: 'hidden', inputs: 512, units: 64, image: [32, 4, 4] },
    { kind: 'relu' },
    { kind: 'dense', name: 'output', inputs: 64, units: 10 },
  ],
};
