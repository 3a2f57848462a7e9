// A transformer encoder of two layers that labels each place of a sequence (Vaswani et al., arXiv 1706.03762, §3.1;
// normalization first, as in Xiong et al., arXiv 2002.04745).
import type { Layer, Net } from './net.ts';

const places = 32;
const width = 64;
const heads = 4;
const tokens = 32;

function encoder(name: string): Layer[] {
  return [
    {
      kind: 'residual',
      layers: [
        { kind: 'layerNorm', name: `${name}.norm1`, width },
        { kind: 'attention', name: `${name}.attention`, places, width, heads },
      ],
    },
    {
      kind: 'residual',
      layers: [
        { kind: 'layerNorm', name: `${name}.norm2`, width },
        { kind: 'dense', name: `${name}.wide`, inputs: width, units: 4 * width },
        { kind: 'relu' },
        { kind: 'dense', name: `${name}.narrow`, inputs: 4 * width, units: width },
      ],
    },
  ];
}

export const transformer: Net = {
  name: 'transformer',
  title: 'Transformer encoder, 2 layers',
  input: { shape: [places], tokens },
  classes: tokens,
  labels: 'place',
  batch: 16,
  layers: [
    { kind: 'embedding', name: 'embedding', tokens, places, width },
    ...encoder('encoder1'),
    ...encoder('encoder2'),
    { kind: 'layerNorm', name: 'norm', width },
    { kind: 'dense', name: 'output', inputs: width, units: tokens },
  ],
};
