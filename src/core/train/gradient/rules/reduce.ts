// Gradients of reductions.
import { readInt, readInts } from '../../../onnx/attributes.ts';
import { HaversackError } from '../../../errors.ts';
import { describeNode, type GraphNode } from '../../../onnx/graph.ts';
import { axesOf, axisOf, keptShape, sizeOf } from '../axes.ts';
import type { GradientRule } from '../rule.ts';
import type { Tape } from '../tape.ts';
import { shareEqually } from './pooling.ts';

interface Reduction {
  readonly x: string;
  /** Output and its gradient, with ones for the axes that were reduced. */
  readonly y: string;
  readonly dy: string;
  readonly axes: readonly number[];
}

/** Rule of a reduction: `derive` may answer with anything that broadcasts to x. */
function reduction(derive: (t: Tape, reduced: Reduction) => string): GradientRule {
  return (node, grad, t) => {
    const [x] = node.inputs as [string];
    const axes = axesOfReduction(node, t);
    if (axes.length === 0) return [grad[0]!];
    const kept = keptShape(t.shape(x), axes);
    const reduced = { x, axes, y: t.reshape(node.outputs[0]!, kept), dy: t.reshape(grad[0]!, kept) };
    return [t.expand(derive(t, reduced), t.shape(x)), null];
  };
}

/** From the input (opset 18; ReduceSum 13) or the attribute; none means all, unless `noop_with_empty_axes`. */
function axesOfReduction(node: GraphNode, t: Tape): number[] {
  const [x, input = ''] = node.inputs as [string, string?];
  const { shape } = t.type(x);
  const given = input === '' ? readInts(node, 'axes', []) : t.known(input);
  if (given === null) {
    throw new HaversackError(
      'TrainingImpossible',
      `${describeNode(node)}: its axes '${input}' are not known.`,
    );
  }
  if (given.length > 0) return given.map(axis => axisOf(axis, shape.length));
  return readInt(node, 'noop_with_empty_axes', 0) === 1 ? [] : axesOf(shape);
}

// y = ∏ x: dx = dy times the product of the others. With one 0 only that element has a gradient, with more none has.
function product(t: Tape, { x, dy, axes }: Reduction): string {
  const isZero = t.cast(t.equal(x, 0), t.datatype(x));
  const nonZero = t.add(x, isZero);
  const others = t.div(t.op('ReduceProd', [nonZero, t.ints(axes)], { keepdims: { int: 1 } }), nonZero);
  const counts = t.cast(t.equal(t.sum(isZero, axes), isZero), t.datatype(x));
  return t.mul(dy, t.mul(others, counts));
}

export const reduce: Readonly<Record<string, GradientRule>> = {
  // y = Σ x: dx = dy
  ReduceSum: reduction((_, { dy }) => dy),
  // y = (1/n) Σ x: dx = dy / n
  ReduceMean: reduction((t, { x, dy, axes }) => t.div(dy, sizeOf(t.shape(x), axes))),
  // y = max x: dx = dy / ties where x = y
  ReduceMax: reduction((t, { x, y, dy, axes }) => shareEqually(t, x, y, dy, axes)),
  ReduceMin: reduction((t, { x, y, dy, axes }) => shareEqually(t, x, y, dy, axes)),
  ReduceProd: reduction(product),
  // y = Σ |x|: dx = sign x dy
  ReduceL1: reduction((t, { x, dy }) => t.where(t.greater(x, 0), dy, t.where(t.less(x, 0), t.neg(dy), 0))),
  // y = √Σ x²: dx = x / y dy; 0 at the origin
  ReduceL2: reduction((t, { x, y, dy }) => t.mul(x, t.div(dy, t.where(t.greater(y, 0), y, 1)))),
  // y = Σ x²: dx = 2 x dy
  ReduceSumSquare: reduction((t, { x, dy }) => t.mul(x, t.mul(dy, 2))),
  // y = ln Σ x: dx = e^−y dy
  ReduceLogSum: reduction((t, { y, dy }) => t.mul(dy, t.op('Exp', [t.neg(y)]))),
  // y = ln Σ eˣ: dx = e^(x − y) dy
  ReduceLogSumExp: reduction((t, { x, y, dy }) => t.mul(dy, t.op('Exp', [t.sub(x, y)]))),
};
