// Gradient of Resize (ONNX, opset 19), which is a constant matrix along each axis: its transpose takes the gradient back.
import { readInt, readInts, readString } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';
import { axesOf, axisOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import { alongAxis, type Matrix, matrixOf } from '../along-axis.ts';

export const resize: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  const mode = readString(node, 'mode', 'nearest');
  if (mode === 'cubic' || readInt(node, 'antialias', 0) === 1) {
    throw new HaversackError(
      'TrainingImpossible',
      `${describeNode(node)} has no gradient in mode '${mode}'${mode === 'cubic' ? '' : ' with antialias'}.`,
    );
  }
  const from = t.shape(x);
  const to = t.shape(grad[0]!);
  const scales = scalesOf(node, from, to, t);
  let dx = grad[0]!;
  for (const axis of axesOf(from)) {
    if (from[axis] === to[axis] && scales[axis] === 1) continue;
    dx = shrink(t, dx, axis, transposed(node, from[axis]!, to[axis]!, scales[axis]!));
  }
  return [dx];
};

function shrink(t: Tape, dy: string, axis: number, { matrix, repeats }: Transposed): string {
  if (repeats === null) return alongAxis(t, dy, axis, matrix);
  const shape = t.shape(dy);
  const blocks = [...shape.slice(0, axis), shape[axis]! / repeats, repeats, ...shape.slice(axis + 1)];
  return t.sum(t.reshape(dy, blocks), [axis + 1], 'drop');
}

interface Transposed {
  /** [from, to] */
  readonly matrix: Matrix;
  /** Where each element is only repeated so often in a row, a sum does it. */
  readonly repeats: number | null;
}

/** The scale is what the node says, not what the sizes come to. */
function scalesOf(node: GraphNode, from: readonly number[], to: readonly number[], t: Tape): number[] {
  const name = node.inputs[2] ?? '';
  const given = name === '' ? null : t.known(name);
  const ratio = from.map((size, axis) => to[axis]! / size);
  if (given === null || given.length === 0) return ratio;
  const axes = readInts(node, 'axes', axesOf(from)).map(axis => axisOf(axis, from.length));
  return ratio.map((value, axis) => (axes.includes(axis) ? given[axes.indexOf(axis)]! : value));
}

function transposed(node: GraphNode, from: number, to: number, scale: number): Transposed {
  const weights = Array.from({ length: to }, (_, place) => weightsAt(node, place, from, to, scale));
  const matrix = matrixOf(from, to, (source, place) => weights[place]!.get(source) ?? 0);
  const repeats = to / from;
  const isRepeat =
    Number.isInteger(repeats) && weights.every((row, place) => row.get(Math.floor(place / repeats)) === 1);
  return { matrix, repeats: isRepeat ? repeats : null };
}

/** Source element → its weight in one output element. */
function weightsAt(
  node: GraphNode,
  place: number,
  from: number,
  to: number,
  scale: number,
): Map<number, number> {
  const at = sourceOf(node, place, from, to, scale);
  const clamp = (index: number) => Math.min(Math.max(index, 0), from - 1);
  if (readString(node, 'mode', 'nearest') === 'nearest') {
    return new Map([[clamp(nearest(readString(node, 'nearest_mode', 'round_prefer_floor'), at)), 1]]);
  }
  const inside = Math.min(Math.max(at, 0), from - 1);
  const low = Math.floor(inside);
  const weights = new Map([[low, 1 - (inside - low)]]);
  if (inside > low) weights.set(low + 1, inside - low);
  return weights;
}

function sourceOf(node: GraphNode, place: number, from: number, to: number, scale: number): number {
  const mode = readString(node, 'coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
      return (place + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjusted = from * scale === 0 ? 1 : to / (from * scale);
      return (from / 2) * (1 - adjusted) + (place + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return to > 1 ? (place + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return to === 1 ? 0 : (place * (from - 1)) / (to - 1);
    case 'asymmetric':
      return place / scale;
    default:
      throw new HaversackError('TrainingImpossible', `${describeNode(node)} has no gradient in '${mode}'.`);
  }
}

/** As single precision has it, in which ONNX Runtime computes: 0.1 · 10 is on the edge. */
function nearest(mode: string, at: number): number {
  const place = Math.fround(at);
  switch (mode) {
    case 'floor':
      return Math.floor(place);
    case 'ceil':
      return Math.ceil(place);
    case 'round_prefer_ceil':
      return Math.floor(place + 0.5);
    default:
      return Math.ceil(place - 0.5);
  }
}
