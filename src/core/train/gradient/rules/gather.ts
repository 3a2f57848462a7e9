// Gradients of look-ups. Several look-ups of one element add up.
import { readInt } from '../../../onnx/attributes.ts';
import { elements } from '../../../tensor.ts';
import { axesOf, axisOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';

/**
 * Up to so many rows a look-up's gradient is a product with a matrix of zeros and ones, which is fast everywhere and always
 * adds in the same order; beyond, ScatterND adds row by row.
 */
const maxOneHotRows = 4096;

/** Indices as numbers of FP32, exact up to 2²⁴; negative ones count from the end. */
function placesOf(t: Tape, indices: string, size: number): string {
  const places = t.cast(indices, 'FP32');
  return t.where(t.less(places, 0), t.add(places, size), places);
}

/** [0, 1 … size − 1], as FP32. */
export function counting(t: Tape, size: number): string {
  return t.numbers(
    [size],
    Array.from({ length: size }, (_, i) => i),
  );
}

// y = x[indices] along the axis: dx = Σ over the indices of the ones that took a row
const gatherRule: GradientRule = (node, grad, t) => {
  const [x, indices] = node.inputs as [string, string];
  const shape = t.shape(x);
  const axis = axisOf(readInt(node, 'axis', 0), shape.length);
  const count = elements(t.shape(indices));
  const [before, rows, after] = [shape.slice(0, axis), shape[axis]!, shape.slice(axis + 1)];
  const places = t.reshape(indices, [count]);
  const dy = t.reshape(grad[0]!, [elements(before), count, elements(after)]);
  if (rows <= maxOneHotRows) return [t.reshape(byOneHot(t, places, dy, rows), shape), null];
  const moved = t.reshape(t.transpose(dy, [1, 0, 2]), [count, elements(before) * elements(after)]);
  const sums = byScatter(t, places, moved, rows);
  const back = t.transpose(t.reshape(sums, [rows, elements(before), elements(after)]), [1, 0, 2]);
  return [t.reshape(back, shape), null];
};

/** places [n], dy [outer, n, inner] → [outer, rows, inner] */
function byOneHot(t: Tape, places: string, dy: string, rows: number): string {
  const count = t.shape(places)[0]!;
  const column = t.reshape(counting(t, rows), [rows, 1]);
  const isRow = t.equal(column, t.reshape(placesOf(t, places, rows), [1, count]));
  return t.op('MatMul', [t.cast(isRow, t.datatype(dy)), dy]);
}

/** places [n], dy [n, inner] → [rows, inner] */
function byScatter(t: Tape, places: string, dy: string, rows: number): string {
  const [count, inner] = t.shape(dy) as [number, number];
  const zeros = t.filled(0, [rows, inner], t.datatype(dy));
  const index = t.reshape(t.cast(placesOf(t, places, rows), 'INT64'), [count, 1]);
  return t.op('ScatterND', [zeros, index, dy], { reduction: { string: 'add' } });
}

/**
 * Values laid at these places along an axis of a tensor of zeros; those that meet add up. On the other axes there may be fewer
 * of them than the tensor has.
 */
export function laidAlong(
  t: Tape,
  values: string,
  indices: string,
  axis: number,
  shape: readonly number[],
): string {
  const rows = shape[axis]!;
  const looked = t.shape(indices);
  const wide = [...looked.slice(0, axis), 1, ...looked.slice(axis)];
  const column = Array<number>(shape.length + 1)
    .fill(1)
    .with(axis, rows);
  const isRow = t.equal(t.reshape(placesOf(t, indices, rows), wide), t.reshape(counting(t, rows), column));
  const laid = t.sum(t.where(isRow, t.reshape(values, wide), 0), [axis + 1], 'drop');
  const missing = axesOf(shape).map(i => (i === axis ? 0 : shape[i]! - looked[i]!));
  return t.pad(
    laid,
    shape.map(() => 0),
    missing,
  );
}

// y[i][j] = x[indices[i][j]][j] (axis 0): dx = Σ over the axis of dy where the index is the row
const gatherElements: GradientRule = (node, grad, t) => {
  const [x, indices] = node.inputs as [string, string];
  const shape = t.shape(x);
  const axis = axisOf(readInt(node, 'axis', 0), shape.length);
  return [laidAlong(t, grad[0]!, indices, axis, shape), null];
};

// The greatest or least k along an axis, and where they were: dx as of GatherElements there
const topK: GradientRule = (node, grad, t) => {
  const [x] = node.inputs as [string];
  if (grad[0] == null) return [];
  const shape = t.shape(x);
  const axis = axisOf(readInt(node, 'axis', -1), shape.length);
  return [laidAlong(t, grad[0], t.output(node, 1), axis, shape), null];
};

// y = x[indices], indices of the first axes in the last dimension: dx = Σ of the ones that took an element
const gatherND: GradientRule = (node, grad, t) => {
  const [x, indices] = node.inputs as [string, string];
  const zeros = t.filled(0, t.shape(x), t.datatype(x));
  const places = withBatches(t, indices, readInt(node, 'batch_dims', 0));
  return [t.op('ScatterND', [zeros, places, grad[0]!], { reduction: { string: 'add' } }), null];
};

/** Indices into the batch alike: their place in it before each. */
function withBatches(t: Tape, indices: string, batchAxes: number): string {
  if (batchAxes === 0) return indices;
  const shape = t.shape(indices).slice(0, -1);
  const columns = shape.slice(0, batchAxes).map((size, axis) => {
    const along = shape.map((_, i) => (i === axis ? size : 1));
    const places = t.cast(t.reshape(counting(t, size), [...along, 1]), 'INT64');
    return t.expand(places, [...shape, 1]);
  });
  return t.op('Concat', [...columns, indices], { axis: { int: -1 } });
}

export const gather: Readonly<Record<string, GradientRule>> = {
  Gather: gatherRule,
  GatherElements: gatherElements,
  GatherND: gatherND,
  TopK: topK,
};
