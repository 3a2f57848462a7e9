// MobileNetV2 (Sandler et al., arXiv 1801.04381, table 2) made narrow, on 96 × 96: inverted residuals of separable
// convolutions with batch normalization.
import type { Layer, Net } from './net.ts';

/** [expansion, output channels, stride] of the blocks behind the first convolution. */
const blocks = [
  [1, 8, 1],
  [6, 16, 2],
  [6, 16, 1],
  [6, 24, 2],
  [6, 24, 1],
  [6, 32, 2],
  [6, 32, 1],
  [6, 56, 1],
  [6, 112, 2],
] as const;
const stem = 16;
const features = 256;

function separable(): Layer[] {
  let channels = stem;
  return blocks.flatMap(([expansion, filters, stride], i) => {
    const layers = block(`block${i + 1}`, channels, filters, expansion, stride);
    const isResidual = stride === 1 && channels === filters;
    channels = filters;
    return isResidual ? [{ kind: 'residual' as const, layers }] : layers;
  });
}

function block(name: string, channels: number, filters: number, expansion: number, stride: number): Layer[] {
  const wide = channels * expansion;
  return [
    ...(expansion === 1 ? [] : pointwise(`${name}.expand`, channels, wide, 'relu6')),
    { kind: 'depthwise', name: `${name}.depthwise`, channels: wide, kernel: 3, stride },
    { kind: 'batchNorm', name: `${name}.depthwise.norm`, channels: wide },
    { kind: 'relu6' },
    ...pointwise(`${name}.project`, wide, filters, 'linear'),
  ];
}

function pointwise(name: string, channels: number, filters: number, end: 'relu6' | 'linear'): Layer[] {
  return [
    { kind: 'conv', name, channels, filters, kernel: 1, stride: 1, bias: 'none' },
    { kind: 'batchNorm', name: `${name}.norm`, channels: filters },
    ...(end === 'relu6' ? [{ kind: 'relu6' as const }] : []),
  ];
}

const last = blocks.at(-1)![1];

export const mobileNet: Net = {
  name: 'mobilenet',
  title: 'MobileNetV2-like 96 × 96',
  input: { shape: [3, 96, 96] },
  classes: 10,
  labels: 'sample',
  batch: 8,
  layers: [
    { kind: 'conv', name: 'stem', channels: 3, filters: stem, kernel: 3, stride: 2, bias: 'none' },
    { kind: 'batchNorm', name: 'stem.norm', channels: stem },
    { kind: 'relu6' },
    ...separable(),
    ...pointwise('features', last, features, 'relu6'),
    { kind: 'globalAveragePool' },
    { kind: 'dense', name: 'output', inputs: features, units: 10 },
  ],
};
