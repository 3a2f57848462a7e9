// Nodes that take or put elements by index.
import { float32 } from '../../../../../src/core/tensor.ts';
import { int } from '../../attribute-values.ts';
import { floats, ints, scalar, type SingleNode } from '../../single-node.ts';

export const gatherCases: readonly SingleNode[] = [
  { op: 'Gather', inputs: [floats(4, 3), { ...ints(0, -1, 2, 1), shape: [2, 2] }] },
  { op: 'Gather', inputs: [floats(4, 3), scalar(2)], attributes: { axis: int(1) } },
  {
    op: 'GatherElements',
    inputs: [floats(2, 3), { ...ints(0, 1), shape: [1, 2] }],
    attributes: { axis: int(1) },
  },
  { op: 'GatherND', inputs: [floats(2, 3, 4), { ...ints(0, 1, 1, 2), shape: [2, 2] }] },
  {
    op: 'GatherND',
    inputs: [floats(2, 3, 4), { ...ints(0, 2), shape: [2, 1] }],
    attributes: { batch_dims: int(1) },
  },
  { op: 'ScatterElements', inputs: [floats(3, 3), { ...ints(0, 2), shape: [1, 2] }, floats(1, 2)] },
  { op: 'Scatter', inputs: [floats(3, 3), { ...ints(0, 2), shape: [1, 2] }, floats(1, 2)], opset: 10 },
  { op: 'ScatterND', inputs: [floats(3, 3), { ...ints(0, 2), shape: [2, 1] }, floats(2, 3)] },
  { op: 'OneHot', inputs: [ints(0, 2), scalar(3), float32([2], [0, 1])] },
  { op: 'OneHot', inputs: [ints(0, 2), scalar(3), float32([2], [0, 1])], attributes: { axis: int(0) } },
  { op: 'GridSample', inputs: [floats(1, 2, 4, 4), floats(1, 3, 5, 2)] },
  { op: 'NonZero', inputs: [{ ...ints(0, 3, 1, 0), shape: [2, 2] }] },
  {
    op: 'RoiAlign',
    inputs: [floats(1, 2, 8, 8), float32([1, 4], [0, 0, 4, 4]), ints(0)],
    attributes: { output_height: int(3), output_width: int(2) },
  },
  { op: 'ArgMax', inputs: [floats(2, 3)], attributes: { axis: int(1), keepdims: int(0) } },
  { op: 'ArgMin', inputs: [floats(2, 3)] },
  { op: 'TopK', inputs: [floats(2, 5), ints(3)], outputs: 2 },
];
