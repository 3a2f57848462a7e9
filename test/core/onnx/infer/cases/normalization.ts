// Nodes that normalize.
import { float32 } from '../../../../../src/core/tensor.ts';
import { int } from '../../attribute-values.ts';
import { floats, type SingleNode } from '../../single-node.ts';

export const normalizationCases: readonly SingleNode[] = [
  {
    op: 'BatchNormalization',
    inputs: [floats(2, 3, 4), floats(3), floats(3), floats(3), float32([3], [1, 2, 3])],
  },
  {
    op: 'BatchNormalization',
    inputs: [floats(2, 3, 4), floats(3), floats(3), floats(3), float32([3], [1, 2, 3])],
    attributes: { training_mode: int(1) },
    outputs: 3,
  },
  { op: 'InstanceNormalization', inputs: [floats(2, 3, 4), floats(3), floats(3)] },
  {
    op: 'GroupNormalization',
    inputs: [floats(2, 4, 4), floats(4), floats(4)],
    attributes: { num_groups: int(2) },
  },
  {
    op: 'LayerNormalization',
    inputs: [floats(2, 3, 4), floats(3, 4), floats(3, 4)],
    attributes: { axis: int(1) },
    outputs: 3,
  },
  { op: 'RMSNormalization', inputs: [floats(2, 3, 4), floats(4)], opset: 23 },
  { op: 'SimplifiedLayerNormalization', inputs: [floats(2, 3, 4), floats(4)] },
  { op: 'LRN', inputs: [floats(1, 3, 2, 2)], attributes: { size: int(3) } },
  {
    op: 'com.microsoft.SkipLayerNormalization',
    inputs: [floats(2, 3, 4), floats(2, 3, 4), floats(4), floats(4), floats(4)],
  },
  {
    op: 'com.microsoft.SkipSimplifiedLayerNormalization',
    inputs: [floats(2, 3, 4), floats(2, 3, 4), floats(4)],
  },
];
