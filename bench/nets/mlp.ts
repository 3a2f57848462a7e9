// MLP 784-128-10: digits of 28 × 28 as rows of numbers.
import type { Net } from './net.ts';

export const mlp: Net = {
  name: 'mlp',
  title: 'MLP 784-128-10',
  input: { shape: [784] },
  classes: 10,
  labels: 'sample',
  batch: 64,
  layers: [
    { kind: 'dense', name: 'hidden', inputs: 784, units: 128 },
    { kind: 'relu' },
    { kind: 'dense', name: 'output', inputs: 128, units: 10 },
  ],
};
