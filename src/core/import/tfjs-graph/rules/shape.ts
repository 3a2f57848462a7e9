// What changes the shape of a value, or asks for it.
import { reshaped } from '../broadcast.ts';
import { folded } from '../fold.ts';
import { knownOf, type NodeContext, type Rule } from '../node-context.ts';
import { permuted, toChannelsFirst, toChannelsLast, Value } from '../value.ts';
import { laid, result } from './reduce.ts';
import { transposedTensor } from '../transposed-tensor.ts';

/** TensorFlow.js knows no type but INT32 for sizes. */
const shapeOf: Rule = node => {
  const x = node.input(0);
  const { writer } = node;
  const compute = () => {
    const sizes = writer.op(node.name, 'Shape', [x.isFirst ? writer.first(x) : writer.plain(x)]);
    const ordered = x.isFirst ? node.op('Gather', [sizes, writer.ints(toChannelsLast)]) : sizes;
    return writer.cast(node.name, ordered, 'INT32');
  };
  return [
    folded(
      node,
      'INT32',
      [x.rank],
      x.shape.map(size => (size < 0 ? null : size)),
      compute,
    ),
  ];
};

const sizeOf: Rule = node => {
  const x = node.input(0);
  const { writer } = node;
  const count = x.shape.some(size => size < 0) ? null : x.shape.reduce((product, size) => product * size, 1);
  const compute = () => writer.cast(node.name, writer.op(node.name, 'Size', [writer.plain(x)]), 'INT32');
  return [folded(node, 'INT32', [], [count], compute)];
};

const rankOf: Rule = node => [node.constant('INT32', [], [node.input(0).rank])];

const reshape: Rule = node => {
  const x = node.input(0);
  const target = node.partlyKnown(1) ?? new Array<null>(node.axesOf(1)).fill(null);
  return [reshapedTo(node, x, target, () => node.writer.sizes(node.input(1)))];
};

/** @param sizes the name of the target where more than one of its sizes is known only when the model runs */
function reshapedTo(
  node: NodeContext,
  x: Value,
  target: readonly (number | null)[],
  sizes: () => string,
): Value {
  const shape = reshaped(x.shape, target);
  if (x.tensor) return node.constantOf({ ...x.tensor, shape });
  const { writer } = node;
  const open = target.filter(size => size === null || size < 0).length;
  const given =
    open > 1
      ? sizes()
      : writer.ints(target.map((size, axis) => (size === null || size < 0 ? -1 : (shape[axis] ?? size))));
  const plain = node.op(
    'Reshape',
    [writer.plain(x), given],
    target.includes(0) ? { allowzero: { int: 1 } } : {},
  );
  const known = x.known && shape.length <= 1 ? x.known : null;
  return new Value({ name: node.name, datatype: x.datatype, shape, plain, known });
}

const expandDims: Rule = node => {
  const x = node.input(0);
  const axis = node.axis(node.scalar(1), x.rank + 1);
  const shape = [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)];
  if (x.tensor) return [node.constantOf({ ...x.tensor, shape })];
  const compute = () => node.op('Unsqueeze', [node.writer.plain(x), node.writer.ints([axis])]);
  return [folded(node, x.datatype, shape, x.known, compute)];
};

const squeeze: Rule = node => {
  const x = node.input(0);
  const named = [...node.ints('squeeze_dims'), ...node.ints('axis')].map(axis => node.axis(axis, x.rank));
  const axes = named.length > 0 ? named : x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  if (x.tensor) return [node.constantOf({ ...x.tensor, shape })];
  const layout = laid(node, x, axes);
  const at = node.writer.ints(axes.map(layout.position).sort((a, b) => a - b));
  const value = result(node, layout, x.datatype, shape, node.op('Squeeze', [layout.name, at]));
  return [x.known ? folded(node, x.datatype, shape, x.known, () => node.writer.plain(value)) : value];
};

/** Folds into the layouts: what only turns [n, h, w, c] to [n, c, h, w] or back is no node at all. */
const transpose: Rule = node => {
  const x = node.input(0);
  const permutation = node.known(1).map(axis => node.axis(axis, x.rank));
  if (permutation.length !== x.rank || new Set(permutation).size !== x.rank)
    return node.fail(`[${permutation.join(', ')}] is no order of ${x.rank} axes`);
  const shape = permuted(x.shape, permutation);
  const { name, datatype, tensor } = x;
  if (tensor) return [node.constantOf(transposedTensor(tensor, permutation))];
  const given = { name, datatype, shape };
  if (x.rank !== 4)
    return [
      new Value({ ...given, name: node.name, plain: transposed(node, node.writer.plain(x), permutation) }),
    ];
  const sources = [
    ...(x.plain === null ? [] : [{ name: x.plain, order: [0, 1, 2, 3] }]),
    ...(x.first === null ? [] : [{ name: x.first, order: [...toChannelsFirst] }]),
  ];
  const plain = sources.find(({ order }) => isSame(order, permutation));
  const first = sources.find(({ order }) => isSame(order, permuted(permutation, toChannelsFirst)));
  if (plain || first)
    return [new Value({ ...given, plain: plain?.name ?? null, first: first?.name ?? null })];
  const [source] = sources;
  const steps = permutation.map(axis => source!.order.indexOf(axis));
  return [new Value({ ...given, name: node.name, plain: transposed(node, source!.name, steps) })];
};

function transposed(node: NodeContext, name: string, permutation: readonly number[]): string {
  return node.op('Transpose', [name], { perm: { ints: permutation } });
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.every((axis, i) => axis === b[i]);
}

const broadcastTo: Rule = node => {
  const x = node.input(0);
  const sizes = node.partlyKnown(1) ?? node.fail('its shape has no known length');
  const name = node.op('Expand', [node.writer.plain(x), node.writer.sizes(node.input(1))]);
  return [
    node.plain(
      x.datatype,
      sizes.map(size => size ?? -1),
      name,
    ),
  ];
};

const tile: Rule = node => {
  const x = node.input(0);
  const repeats = node.partlyKnown(1) ?? x.shape.map(() => null);
  const shape = x.shape.map((size, axis) => {
    const times = repeats[axis] ?? null;
    return size < 0 || times === null ? -1 : size * times;
  });
  return [
    node.plain(x.datatype, shape, node.op('Tile', [node.writer.plain(x), node.writer.sizes(node.input(1))])),
  ];
};

const fill: Rule = node => {
  const [sizes, value] = [node.partlyKnown(0), node.input(1)];
  if (sizes?.some(size => size !== null && !(Number.isInteger(size) && size >= 0)))
    return node.fail(`it fills [${sizes.join(', ')}]`);
  const shape = (sizes ?? new Array<null>(node.axesOf(0)).fill(null)).map(size => size ?? -1);
  const numbers = knownOf(value);
  const few =
    sizes && sizes.length <= 1 && (sizes[0] ?? 1) <= 64
      ? new Array<number | null>(sizes[0] ?? 1).fill(numbers?.[0] ?? null)
      : null;
  const compute = () => node.op('Expand', [node.writer.plain(value), node.writer.sizes(node.input(0))]);
  return [folded(node, value.datatype, shape, sizes?.every(size => size !== null) ? few : null, compute)];
};

function like(value: number): Rule {
  return node => {
    const x = node.input(0);
    const { writer } = node;
    const one = writer.plain(node.constant(x.datatype, [], [value]));
    // Its shape is all that counts: the order of its axes must be the same though.
    const isFirst = x.isFirst;
    const sizes = writer.op(node.name, 'Shape', [isFirst ? writer.first(x) : writer.plain(x)]);
    const name = node.op('Expand', [one, sizes]);
    return [isFirst ? node.first(x.datatype, x.shape, name) : node.plain(x.datatype, x.shape, name)];
  };
}

/** As many are written into the file: anchors of a detector are some ten thousand. */
const maxCounted = 2 ** 20;

const range: Rule = node => {
  const bounds = [0, 1, 2].map(i => node.input(i));
  const [start, limit, step] = bounds.map(bound => knownOf(bound)?.[0] ?? null);
  const isKnown = typeof start === 'number' && typeof limit === 'number' && typeof step === 'number';
  const count = isKnown ? Math.max(0, Math.ceil((limit - start) / step)) : -1;
  if (!(count <= maxCounted)) return node.fail(`it counts ${count} numbers`);
  const { datatype } = bounds[0]!;
  if (isKnown)
    return [
      node.constant(
        datatype,
        [count],
        Array.from({ length: count }, (_, i) => start + i * step),
      ),
    ];
  return [
    node.plain(
      datatype,
      [-1],
      node.op(
        'Range',
        bounds.map(bound => node.writer.plain(bound)),
      ),
    ),
  ];
};

export const shapeRules: Readonly<Record<string, Rule>> = {
  BroadcastTo: broadcastTo,
  ExpandDims: expandDims,
  Fill: fill,
  OnesLike: like(1),
  Range: range,
  Rank: rankOf,
  Reshape: reshape,
  Shape: shapeOf,
  Size: sizeOf,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  ZerosLike: like(0),
};
