// GridSample (ONNX, opset 20) of images spelled out: the elements around each place looked up, and weighed by how near they are.
// (Jaderberg et al., Spatial transformer networks, arXiv 1506.02025, eq. 5)
import { readInt, readString } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';
import type { Spelling } from '../rule.ts';
import type { Tape } from '../tape.ts';

/** Elements along one axis that count for each place, [n, places] each. */
interface Neighbour {
  /** As a whole number of FP32, inside the image. */
  readonly index: string;
  /** 0 where it lies outside, and outside counts for nothing. */
  readonly weight: string;
}

interface Sampling {
  readonly isLinear: boolean;
  readonly isBorder: boolean;
  readonly isCornerAligned: boolean;
}

function samplingOf(node: GraphNode, rank: number): Sampling {
  const mode = readString(node, 'mode', 'linear').replace('bilinear', 'linear');
  const padding = readString(node, 'padding_mode', 'zeros');
  if (rank !== 4 || !['linear', 'nearest'].includes(mode) || !['zeros', 'border'].includes(padding)) {
    throw new HaversackError(
      'TrainingImpossible',
      `${describeNode(node)} has no gradient in mode '${mode}' with padding '${padding}' over ${rank - 2} axes.`,
    );
  }
  return {
    isLinear: mode === 'linear',
    isBorder: padding === 'border',
    isCornerAligned: readInt(node, 'align_corners', 0) === 1,
  };
}

/** @param at −1 … 1 from one end of the axis to the other, [n, places] */
function neighbours(t: Tape, at: string, size: number, sampling: Sampling): Neighbour[] {
  const { isLinear, isBorder, isCornerAligned } = sampling;
  const [scale, shift] = isCornerAligned ? [(size - 1) / 2, (size - 1) / 2] : [size / 2, (size - 1) / 2];
  const free = t.add(t.mul(at, scale), shift);
  const inside = (x: string) => t.op('Clip', [x, t.scalar(0), t.scalar(size - 1)]);
  const place = isBorder ? inside(free) : free;
  const counted = (element: string, weight: string): Neighbour => {
    const after = t.where(t.greater(element, size - 0.5), 0, weight);
    return { index: inside(element), weight: t.where(t.less(element, -0.5), 0, after) };
  };
  if (!isLinear) return [counted(t.op('Round', [place]), t.filled(1, t.shape(place)))];
  const low = t.op('Floor', [place]);
  const rest = t.sub(place, low);
  return [counted(low, t.sub(1, rest)), counted(t.add(low, 1), rest)];
}

/** x [n, c, h, w], grid [n, h′, w′, 2] of columns and rows */
const gridSample: Spelling = (node, t) => {
  const [x, grid] = node.inputs as [string, string];
  const sampling = samplingOf(node, t.shape(x).length);
  const [n, c, h, w] = t.shape(x) as [number, number, number, number];
  const [, rows, columns] = t.shape(grid) as [number, number, number];
  const places = rows * columns;
  const [across, down] = t
    .parts(t.reshape(grid, [n, places, 2]), 2, [1, 1])
    .map(part => t.reshape(part, [n, places])) as [string, string];
  const elements = t.transpose(t.reshape(x, [n, c, h * w]), [0, 2, 1]);
  const ofRows = neighbours(t, down, h, sampling);
  const ofColumns = neighbours(t, across, w, sampling);
  const shares = ofRows.flatMap(row =>
    ofColumns.map(column => {
      const index = t.cast(t.add(t.mul(row.index, w), column.index), 'INT64');
      const attributes = { batch_dims: { int: 1 } };
      const value = t.op('GatherND', [elements, t.reshape(index, [n, places, 1])], attributes);
      return t.mul(value, t.reshape(t.mul(row.weight, column.weight), [n, places, 1]));
    }),
  );
  const sum = shares.reduce((a, b) => t.add(a, b));
  return [t.reshape(t.transpose(sum, [0, 2, 1]), [n, c, rows, columns])];
};

export const sampling: Readonly<Record<string, Spelling>> = { GridSample: gridSample };
