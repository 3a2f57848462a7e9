// Types of operators that make many elements one.
import { fill, numbersOf, stridesOf } from './known.ts';
import { type InferRule, type NodeContext, type, typeWith } from './node-context.ts';

/** Axes that go, ascending. None given means all, or none where `noop_with_empty_axes` says so (ONNX ReduceSum-13). */
function reducedAxes(node: NodeContext, rank: number): number[] {
  const given = node.knownOrAttribute(1, 'axes') ?? [];
  if (given.length > 0) return [...new Set(given.map(axis => node.axis(axis, rank)))].sort((a, b) => a - b);
  return node.int('noop_with_empty_axes', 0) ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

function reduce(compute?: (values: readonly number[]) => number): InferRule {
  return node => {
    const { datatype, shape, value } = node.input(0);
    const axes = reducedAxes(node, shape.length);
    const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const result = node.int('keepdims', 1) ? kept : shape.filter((_, axis) => !axes.includes(axis));
    return [
      typeWith(datatype, result, () => {
        if (!value || !compute) return null;
        const numbers = numbersOf(value);
        const strides = stridesOf(shape);
        const window = shape.map((size, axis) => (axes.includes(axis) ? size : 1));
        const at = (position: readonly number[]) =>
          position.reduce((sum, p, axis) => sum + p * strides[axis]!, 0);
        const offsets = fill(window, at);
        return fill(kept, position => compute(offsets.map(offset => numbers[at(position) + offset]!)));
      }),
    ];
  };
}

const arg: InferRule = node => {
  const shape = node.shape(0);
  const axis = node.axis(node.int('axis', 0), shape.length);
  const result = shape.map((size, i) => (i === axis ? 1 : size));
  return [type('INT64', node.int('keepdims', 1) ? result : result.toSpliced(axis, 1))];
};

/** `k` was an attribute before 10. */
const topK: InferRule = node => {
  const { datatype, shape } = node.input(0);
  const k = node.opset < 10 ? node.int('k', 0) : node.known(1)[0]!;
  const axis = node.axis(node.int('axis', -1), shape.length);
  if (k > shape[axis]!) node.fail(`it asks for ${k} of ${shape[axis]}`);
  const result = shape.with(axis, k);
  return [type(datatype, result), type('INT64', result)];
};

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export const reduceRules: Readonly<Record<string, InferRule>> = {
  ArgMax: arg,
  ArgMin: arg,
  ReduceL1: reduce(),
  ReduceL2: reduce(),
  ReduceLogSum: reduce(),
  ReduceLogSumExp: reduce(),
  ReduceMax: reduce(values => Math.max(...values)),
  ReduceMean: reduce(values => sum(values) / values.length),
  ReduceMin: reduce(values => Math.min(...values)),
  ReduceProd: reduce(values => values.reduce((product, value) => product * value, 1)),
  ReduceSum: reduce(sum),
  ReduceSumSquare: reduce(),
  TopK: topK,
};
