// Gradients of what puts elements at places: each takes its gradient from there. Where several were put at one place without
// being added, ONNX leaves open which stays, and so what the gradient is.
import { readInt, readString } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';
import { axesOf, axisOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import { laidAlong } from './gather.ts';

function isAdding(node: GraphNode): boolean {
  const reduction = readString(node, 'reduction', 'none');
  if (reduction === 'none' || reduction === 'add') return reduction === 'add';
  throw new HaversackError(
    'TrainingImpossible',
    `${describeNode(node)} has no gradient with '${reduction}'.`,
  );
}

// y = x, with u at the indices (or + u there): du = dy there, dx = dy elsewhere (or everywhere)
const scatterElements: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [x, indices, u] = node.inputs as [string, string, string];
  const axis = axisOf(readInt(node, 'axis', 0), t.shape(x).length);
  const du = t.op('GatherElements', [dy, indices], { axis: { int: axis } });
  if (isAdding(node)) return [dy, null, du];
  const ones = t.filled(1, t.shape(u), t.datatype(dy));
  const isPut = t.greater(laidAlong(t, ones, indices, axis, t.shape(x)), 0);
  return [t.where(isPut, 0, dy), null, du];
};

// The same, of whole slices at indices of the first axes
const scatterND: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [, indices, u] = node.inputs as [string, string, string];
  const du = t.op('GatherND', [dy, indices]);
  if (isAdding(node)) return [dy, null, du];
  return [t.op('ScatterND', [dy, indices, t.filled(0, t.shape(u), t.datatype(u))]), null, du];
};

// y = on where the index says, else off: d off = Σ dy elsewhere, d on = Σ dy there
const oneHot: GradientRule = (node, grad, t) => {
  const dy = grad[0]!;
  const [indices, depth, values] = node.inputs as [string, string, string];
  const datatype = t.datatype(values);
  const isOn = t.op('OneHot', [indices, depth, t.numbers([2], [0, 1], datatype)], node.attributes);
  const all = axesOf(t.shape(dy));
  const on = t.reshape(t.sum(t.mul(dy, isOn), all, 'drop'), [1]);
  const off = t.sub(t.reshape(t.sum(dy, all, 'drop'), [1]), on);
  return [null, null, t.op('Concat', [off, on], { axis: { int: 0 } })];
};

export const scatter: Readonly<Record<string, GradientRule>> = {
  OneHot: oneHot,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
};
