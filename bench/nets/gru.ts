// A GRU over short sequences, its last state classified.
import type { Net } from './net.ts';

export const gru: Net = {
  name: 'gru',
  title: 'GRU 64, 16 steps',
  input: { shape: [16, 16] },
  classes: 10,
  labels: 'sample',
  batch: 32,
  layers: [
    { kind: 'gru', name: 'gru', steps: 16, inputs: 16, hidden: 64 },
    { kind: 'dense', name: 'output', inputs: 64, units: 10 },
  ],
};
