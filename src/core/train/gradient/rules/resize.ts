// Gradient of Resize (ONNX, opset 19), which is a constant matrix along each axis: its transpose takes the gradient back.
import { readInt, readInts } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';
import { axesOf, axisOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import { alongAxis, type Matrix, matrixOf } from '../along-axis.ts';
import { weightsAt } from './resize-weights.ts';

export const resize: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  if (readInt(node, 'antialias', 0) === 1) {
    throw new HaversackError('TrainingImpossible', `${describeNode(node)} has no gradient with antialias.`);
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
