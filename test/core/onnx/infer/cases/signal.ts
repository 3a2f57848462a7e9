// Nodes that make sound, images, numbers or losses.
import { int, many, text } from '../../attribute-values.ts';
import { floats, ints, scalar, type SingleNode } from '../../single-node.ts';

export const signalCases: readonly SingleNode[] = [
  { op: 'DFT', inputs: [floats(2, 9, 1)], opset: 17 },
  { op: 'DFT', inputs: [floats(2, 9, 4, 1), null, scalar(1)], attributes: { onesided: int(1) } },
  { op: 'DFT', inputs: [floats(2, 9, 1), scalar(12)] },
  { op: 'STFT', inputs: [floats(2, 32, 1), scalar(4), floats(16)] },
  { op: 'STFT', inputs: [floats(2, 32, 1), scalar(3), null, scalar(10)], attributes: { onesided: int(0) } },
  ...['HannWindow', 'HammingWindow', 'BlackmanWindow'].map((op): SingleNode => ({ op, inputs: [scalar(8)] })),
  {
    op: 'MelWeightMatrix',
    inputs: [scalar(4), scalar(16), scalar(8000), scalar(0, 'FP32'), scalar(4000, 'FP32')],
  },
  { op: 'RandomNormal', inputs: [], attributes: { shape: many(2, 3) } },
  { op: 'RandomUniform', inputs: [], attributes: { shape: many(2, 3), dtype: int(11) } },
  { op: 'RandomNormalLike', inputs: [floats(2, 3)] },
  { op: 'RandomUniformLike', inputs: [floats(2, 3)] },
  { op: 'Multinomial', inputs: [floats(2, 3)], attributes: { sample_size: int(4) } },
  { op: 'AffineGrid', inputs: [floats(2, 2, 3), ints(2, 1, 4, 5)] },
  { op: 'SoftmaxCrossEntropyLoss', inputs: [floats(2, 3), ints(0, 2)], outputs: 2 },
  {
    op: 'SoftmaxCrossEntropyLoss',
    inputs: [floats(2, 3, 4), { ...ints(0, 1, 2, 0, 1, 2, 0, 1), shape: [2, 4] }],
    attributes: { reduction: text('none') },
  },
  { op: 'NegativeLogLikelihoodLoss', inputs: [floats(2, 3), ints(0, 2)] },
];
