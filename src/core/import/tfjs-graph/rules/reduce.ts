// Reductions, softmax and what else goes along an axis.
import type { Attributes } from '../../../onnx/build.ts';
import type { NodeContext, Rule } from '../node-context.ts';
import { toChannelsFirst, toChannelsLast, Value, type ValueDatatype } from '../value.ts';
import { asFloat, cast } from './elementwise.ts';

/** A value in one of its layouts, and where its axes lie there. */
interface Laid {
  readonly name: string;
  /** Axis of the value → axis of that layout. */
  readonly position: (axis: number) => number;
  readonly isFirst: boolean;
}

/**
 * In the layout with channels first, where only that is at hand and what is left has its axes in the right order all the same.
 * @param removed axes that will be gone
 */
export function laid(node: NodeContext, x: Value, removed: readonly number[]): Laid {
  const left = toChannelsFirst.filter(axis => !removed.includes(axis));
  const stays = removed.length === 0 || left.every((axis, i) => i === 0 || axis > left[i - 1]!);
  return x.isFirst && stays
    ? { name: node.writer.first(x), position: axis => toChannelsLast[axis]!, isFirst: true }
    : { name: node.writer.plain(x), position: axis => axis, isFirst: false };
}

/** The result in the layout that it was computed in; with fewer axes there is one only. */
export function result(
  node: NodeContext,
  { isFirst }: Laid,
  datatype: ValueDatatype,
  shape: readonly number[],
  name: string,
): Value {
  return isFirst && shape.length === 4
    ? node.first(datatype, shape, name)
    : node.plain(datatype, shape, name);
}

function axesOf(node: NodeContext, x: Value): number[] {
  const given = node.known(1).map(axis => node.axis(axis, x.rank));
  return [...new Set(given)].sort((a, b) => a - b);
}

function reduction(op: string, read: (node: NodeContext) => Value = node => node.input(0)): Rule {
  return node => {
    const x = read(node);
    const axes = axesOf(node, x);
    const keeps = node.bool('keep_dims');
    const layout = laid(node, x, keeps ? [] : axes);
    const at = axes.map(layout.position).sort((a, b) => a - b);
    const name = node.op(op, [layout.name, node.writer.ints(at)], {
      keepdims: { int: Number(keeps) },
      // With no axes named, nothing is reduced; ONNX would reduce all.
      ...(axes.length === 0 ? { noop_with_empty_axes: { int: 1 } } : {}),
    });
    return [result(node, layout, x.datatype, reducedShape(x.shape, axes, keeps), name)];
  };
}

function reducedShape(shape: readonly number[], axes: readonly number[], keeps: boolean): number[] {
  return keeps
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** All and Any of truths as the least and the largest of 0 and 1. */
function truth(op: string): Rule {
  const reduce = reduction(op, node => cast(node, node.input(0), 'INT32'));
  return node => reduce(node).map(item => cast(node, item as Value, 'BOOL'));
}

function arg(op: 'ArgMax' | 'ArgMin'): Rule {
  return node => {
    const x = node.input(0);
    const axis = node.axis(node.optional(1) ? node.scalar(1) : 0, x.rank);
    const layout = laid(node, x, [axis]);
    const found = node.op(op, [layout.name], { axis: { int: layout.position(axis) }, keepdims: { int: 0 } });
    const name = node.writer.cast(node.name, found, 'INT32');
    return [result(node, layout, 'INT32', reducedShape(x.shape, [axis], false), name)];
  };
}

/** Along the last axis. */
function softmax(op: 'Softmax' | 'LogSoftmax'): Rule {
  return node => {
    const x = node.input(0);
    const layout = laid(node, x, []);
    const name = node.op(op, [layout.name], { axis: { int: layout.position(x.rank - 1) } });
    return [result(node, layout, 'FP32', x.shape, name)];
  };
}

const cumsum: Rule = node => {
  const x = node.input(0);
  const axis = node.axis(node.scalar(1), x.rank);
  const flags: Attributes = {
    exclusive: { int: Number(node.bool('exclusive')) },
    reverse: { int: Number(node.bool('reverse')) },
  };
  const name = node.op('CumSum', [node.writer.plain(x), node.writer.scalar('INT64', axis)], flags);
  return [node.plain(x.datatype, x.shape, name)];
};

/** Values and places of the k largest, of the last axis; of two that are equal the earlier first, in both. */
const topK: Rule = node => {
  const x = node.input(0);
  const k = node.partlyKnown(1)?.[0] ?? null;
  const { writer } = node;
  const count =
    k === null
      ? writer.op(node.name, 'Reshape', [writer.sizes(node.input(1)), writer.ints([1])])
      : writer.ints([k]);
  const [values, places] = writer.ops(node.name, 'TopK', [writer.plain(x), count], 2, {
    sorted: { int: Number(node.bool('sorted', true)) },
  });
  const shape = [...x.shape.slice(0, -1), k ?? -1];
  return [
    node.plain(x.datatype, shape, values!),
    node.plain('INT32', shape, writer.cast(node.name, places!, 'INT32')),
  ];
};

export const reduceRules: Readonly<Record<string, Rule>> = {
  All: truth('ReduceMin'),
  Any: truth('ReduceMax'),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Cumsum: cumsum,
  EuclideanNorm: reduction('ReduceL2'),
  LogSoftmax: softmax('LogSoftmax'),
  Max: reduction('ReduceMax'),
  Mean: reduction('ReduceMean', node => asFloat(node, node.input(0))),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Softmax: softmax('Softmax'),
  Sum: reduction('ReduceSum'),
  TopKV2: topK,
};
