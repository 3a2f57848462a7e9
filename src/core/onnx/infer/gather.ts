// Types of operators that take elements by index, or put them there.
import { broadcastOffset, fill, numbersOf } from './known.ts';
import { type InferRule, type NodeContext, type, typeWith } from './node-context.ts';

const gather: InferRule = node => {
  const data = node.input(0);
  const indices = node.input(1);
  const axis = node.axis(node.int('axis', 0), data.shape.length);
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  return [
    typeWith(data.datatype, shape, () => {
      if (!data.value || !indices.value) return null;
      const [values, at] = [numbersOf(data.value), numbersOf(indices.value)];
      const rank = indices.shape.length;
      return fill(shape, position => {
        const index = at[broadcastOffset(indices.shape, position.slice(axis, axis + rank))]!;
        const from = index < 0 ? index + data.shape[axis]! : index;
        return values[
          broadcastOffset(data.shape, [...position.slice(0, axis), from, ...position.slice(axis + rank)])
        ]!;
      });
    }),
  ];
};

const gatherElements: InferRule = node => [type(node.input(0).datatype, node.shape(1))];

const gatherND: InferRule = node => {
  const [data, indices] = [node.shape(0), node.shape(1)];
  const depth = indices.at(-1) ?? node.fail('its indices are a scalar');
  const batch = node.int('batch_dims', 0);
  return [type(node.input(0).datatype, [...indices.slice(0, -1), ...data.slice(batch + depth)])];
};

const scatter: InferRule = node => [type(node.input(0).datatype, node.shape(0))];

/** Values are [off, on]; the new axis is the last unless `axis` says otherwise. */
const oneHot: InferRule = node => {
  const indices = node.shape(0);
  const depth = node.known(1)[0]!;
  const rank = indices.length + 1;
  const axis = node.axis(node.int('axis', -1), rank);
  return [type(node.input(2).datatype, indices.toSpliced(axis, 0, depth))];
};

/** Data [batch, …, size], grid [batch, …out, rank − 2]. */
const gridSample: InferRule = node => {
  const [batch, channels] = node.shape(0);
  return [type(node.input(0).datatype, [batch!, channels!, ...node.shape(1).slice(1, -1)])];
};

/** How many there are is in the data: only known data has a shape. */
const nonZero: InferRule = node => {
  const { shape, value } = node.input(0);
  const numbers = value ? numbersOf(value) : node.fail('its shape depends on what the graph is fed');
  const positions = fill(shape, position => [...position]).filter((_, i) => numbers[i] !== 0);
  const result = [shape.length, positions.length];
  return [
    typeWith('INT64', result, () => shape.flatMap((_, axis) => positions.map(position => position[axis]!))),
  ];
};

const roiAlign: InferRule = (node: NodeContext) => [
  type(node.input(0).datatype, [
    node.shape(1)[0]!,
    node.shape(0)[1]!,
    node.int('output_height', 1),
    node.int('output_width', 1),
  ]),
];

export const gatherRules: Readonly<Record<string, InferRule>> = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  GridSample: gridSample,
  NonZero: nonZero,
  OneHot: oneHot,
  RoiAlign: roiAlign,
  Scatter: scatter,
  ScatterElements: scatter,
  ScatterND: scatter,
  TensorScatter: scatter,
};
