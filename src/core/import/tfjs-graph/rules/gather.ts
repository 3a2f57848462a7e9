// What takes places by their number, or finds them.
import { folded } from '../fold.ts';
import { knownOf, type NodeContext, type Rule } from '../node-context.ts';
import type { Value } from '../value.ts';
import { cast } from './elementwise.ts';

const gather: Rule = node => {
  const [x, indices] = [node.input(0), node.input(1)];
  const axis = node.axis(node.optional(2) ? node.scalar(2) : 0, x.rank);
  if (node.int('batch_dims', 0) !== 0) return node.unsupported('batch_dims');
  const { writer } = node;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const compute = () => node.op('Gather', [writer.plain(x), writer.plain(indices)], { axis: { int: axis } });
  const [known, at] = [knownOf(x), knownOf(indices)];
  const taken =
    known && at && x.rank === 1 && x.datatype !== 'FP32' && shape.length <= 1
      ? at.map(i => (i === null ? null : (known[i] ?? null)))
      : null;
  return [folded(node, x.datatype, shape, taken, compute)];
};

const gatherNd: Rule = node => {
  const [x, indices] = [node.input(0), node.input(1)];
  const depth = indices.shape.at(-1) ?? -1;
  if (depth < 0 || depth > x.rank) return node.unsupported(`places of ${depth} numbers`);
  const { writer } = node;
  const name = node.op('GatherND', [writer.plain(x), writer.cast(node.name, writer.plain(indices), 'INT64')]);
  return [node.plain(x.datatype, [...indices.shape.slice(0, -1), ...x.shape.slice(depth)], name)];
};

/** Where the truths are: [found, axes], in the order of the places. */
const where: Rule = node => {
  const x = node.input(0);
  const { writer } = node;
  const truths = writer.plain(cast(node, x, 'BOOL'));
  const turned = node.op('Transpose', [node.op('NonZero', [truths])], { perm: { ints: [1, 0] } });
  return [node.plain('INT32', [-1, x.rank], writer.cast(node.name, turned, 'INT32'))];
};

/** Indices [n, rank] or [n], a shape, values [n] or one, what is everywhere else. */
const sparseToDense: Rule = node => {
  const [indices, values] = [node.input(0), node.input(2)];
  const { writer } = node;
  const known = node.partlyKnown(1) ?? node.fail('its shape has no known length');
  const shape = known.map(size => size ?? -1);
  const dense = node.op('Expand', [writer.plain(node.input(3)), writer.sizes(node.input(1))]);
  const at = writer.cast(node.name, writer.plain(indices), 'INT64');
  const rows = indices.rank === 2 ? at : node.op('Unsqueeze', [at, writer.ints([1])]);
  const count = node.op('Shape', [rows], { start: { int: 0 }, end: { int: 1 } });
  const updates = values.rank === 0 ? node.op('Expand', [writer.plain(values), count]) : writer.plain(values);
  return [node.plain(values.datatype, shape, node.op('ScatterND', [dense, rows, updates]))];
};

/** Indices [n, depth], updates, a shape: zeros elsewhere; what comes twice is added. */
const scatterNd: Rule = node => {
  const { writer } = node;
  const updates = node.input(1);
  const known = node.partlyKnown(2) ?? node.fail('its shape has no known length');
  const zero = writer.plain(node.constant(updates.datatype, [], [0]));
  const dense = node.op('Expand', [zero, writer.sizes(node.input(2))]);
  const at = writer.cast(node.name, writer.plain(node.input(0)), 'INT64');
  const name = node.op('ScatterND', [dense, at, writer.plain(updates)], { reduction: { string: 'add' } });
  return [
    node.plain(
      updates.datatype,
      known.map(size => size ?? -1),
      name,
    ),
  ];
};

const oneHot: Rule = node => {
  const [indices, on, off] = [node.input(0), node.input(2), node.input(3)];
  const { writer } = node;
  const depth = node.scalar(1);
  const axis = node.int('axis', -1);
  const at = axis < 0 ? indices.rank : axis;
  const values = node.op(
    'Concat',
    [off, on].map(value => node.op('Reshape', [writer.plain(value), writer.ints([1])])),
    {
      axis: { int: 0 },
    },
  );
  const name = node.op('OneHot', [writer.plain(indices), writer.ints([depth]), values], {
    axis: { int: axis },
  });
  return [node.plain(on.datatype, [...indices.shape.slice(0, at), depth, ...indices.shape.slice(at)], name)];
};

/** Boxes [n, 4] as corners, scores [n], how many at most, overlap and score to begin with. @returns places [found] */
function suppressed(node: NodeContext): Value {
  const { writer } = node;
  const boxes = node.op('Unsqueeze', [writer.plain(node.input(0)), writer.ints([0])]);
  const scores = node.op('Unsqueeze', [writer.plain(node.input(1)), writer.ints([0, 1])]);
  const most = writer.cast(node.name, writer.plain(node.input(2)), 'INT64');
  const limits = [3, 4].map(i => node.optional(i)).map(value => (value ? writer.plain(value) : ''));
  const found = node.op('NonMaxSuppression', [boxes, scores, most, ...limits]);
  // [batch, class, box]: only the last says anything here.
  const places = node.op('Squeeze', [
    node.op('Slice', [found, writer.ints([2]), writer.ints([3]), writer.ints([1])]),
    writer.ints([1]),
  ]);
  return node.plain('INT32', [-1], writer.cast(node.name, places, 'INT32'));
}

const suppression: Rule = node => [suppressed(node)];

/** With a sigma of 0, which decays no score: the same, and the scores of what is left. */
const softSuppression: Rule = node => {
  if (node.optional(5) && !node.isZero(5)) return node.unsupported('soft_nms_sigma is not 0');
  const places = suppressed(node);
  const { writer } = node;
  const scores = node.op('Gather', [writer.plain(node.input(1)), writer.plain(places)], { axis: { int: 0 } });
  const count = writer.cast(node.name, node.op('Size', [writer.plain(places)]), 'INT32');
  return [places, node.plain('FP32', [-1], scores), node.plain('INT32', [], count)];
};

export const gatherRules: Readonly<Record<string, Rule>> = {
  Gather: gather,
  GatherNd: gatherNd,
  GatherV2: gather,
  NonMaxSuppressionV2: suppression,
  NonMaxSuppressionV3: suppression,
  NonMaxSuppressionV5: softSuppression,
  OneHot: oneHot,
  ScatterNd: scatterNd,
  SparseToDense: sparseToDense,
  Where: where,
};
