// Nodes that move or reshape.
import { float32 } from '../../../../../src/core/tensor.ts';
import { int, many, text } from '../../attribute-values.ts';
import { floats, ints, scalar, type SingleNode } from '../../single-node.ts';

export const shapeCases: readonly SingleNode[] = [
  { op: 'Reshape', inputs: [floats(2, 3, 4), ints(0, -1)] },
  { op: 'Reshape', inputs: [floats(2, 0, 4), ints(0, 8)], attributes: { allowzero: int(1) } },
  { op: 'Flatten', inputs: [floats(2, 3, 4)], attributes: { axis: int(-1) } },
  { op: 'Transpose', inputs: [floats(2, 3, 4)] },
  { op: 'Transpose', inputs: [floats(2, 3, 4)], attributes: { perm: many(1, 2, 0) } },
  { op: 'Squeeze', inputs: [floats(1, 3, 1)] },
  { op: 'Squeeze', inputs: [floats(1, 3, 1), ints(-1)] },
  { op: 'Unsqueeze', inputs: [floats(3, 4), ints(0, -1)] },
  { op: 'Concat', inputs: [floats(2, 3), floats(2, 1), floats(2, 2)], attributes: { axis: int(-1) } },
  { op: 'Split', inputs: [floats(7, 2)], attributes: { num_outputs: int(3) }, outputs: 3 },
  { op: 'Split', inputs: [floats(2, 7), ints(3, 4)], attributes: { axis: int(1) }, outputs: 2 },
  { op: 'Slice', inputs: [floats(5, 6), ints(-1, 1), ints(-100, 6), ints(0, 1), ints(-2, 3)] },
  { op: 'Pad', inputs: [floats(2, 3), ints(1, 0, 2, -1)] },
  { op: 'Pad', inputs: [floats(2, 3), ints(1, 2), null, ints(-1)] },
  { op: 'Expand', inputs: [floats(2, 1), ints(3, 1, 4)] },
  { op: 'Tile', inputs: [floats(2, 3), ints(2, 3)] },
  { op: 'Shape', inputs: [floats(2, 3, 4)], attributes: { start: int(1), end: int(-1) } },
  { op: 'Size', inputs: [floats(2, 3, 4)] },
  { op: 'ConstantOfShape', inputs: [ints(2, 3)], attributes: { value: { tensor: ints(7) } } },
  { op: 'Constant', inputs: [], attributes: { value_floats: { floats: [1, 2] } } },
  { op: 'Constant', inputs: [], attributes: { value_int: int(3) } },
  { op: 'Range', inputs: [scalar(2), scalar(9), scalar(3)] },
  { op: 'DepthToSpace', inputs: [floats(1, 8, 2, 3)], attributes: { blocksize: int(2) } },
  { op: 'SpaceToDepth', inputs: [floats(1, 2, 4, 6)], attributes: { blocksize: int(2) } },
  { op: 'EyeLike', inputs: [floats(3, 3)], attributes: { dtype: int(7) } },
  { op: 'CenterCropPad', inputs: [floats(5, 3, 4), ints(2, 3, 7)] },
  { op: 'CenterCropPad', inputs: [floats(5, 3, 4), ints(7, 2)], attributes: { axes: many(-1, 0) } },
  {
    op: 'Col2Im',
    inputs: [floats(2, 12, 4), ints(3, 5), ints(2, 2)],
    attributes: { strides: many(1, 2), pads: many(0, 0, 0, 0) },
  },
  { op: 'ReverseSequence', inputs: [floats(3, 2), ints(3, 2)] },
  { op: 'Resize', inputs: [floats(1, 1, 4, 5), null, float32([4], [1, 1, 2, 0.6])] },
  {
    op: 'Resize',
    inputs: [floats(1, 1, 4, 5), null, null, ints(1, 1, 3, 9)],
    attributes: { mode: text('linear') },
  },
  { op: 'Resize', inputs: [floats(1, 1, 4, 5), null, null, ints(3, 9)], attributes: { axes: many(2, 3) } },
  { op: 'Upsample', inputs: [floats(1, 1, 4, 5), float32([4], [1, 1, 2, 3])], opset: 9 },
  {
    op: 'Upsample',
    inputs: [floats(1, 1, 4, 5)],
    attributes: { scales: { floats: [1, 1, 2, 3] } },
    opset: 7,
  },
];
