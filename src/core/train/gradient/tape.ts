// The vocabulary that gradients, losses and optimizers are written in: arithmetic, sums and shapes by name, on top of the
// emitter. Knows no derivative.
import type { Datatype } from '../../datatype.ts';
import { HaversackError } from '../../errors.ts';
import { dataTypeOf } from '../../onnx/data-type.ts';
import type { Graph } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/infer.ts';
import { tensorOfNumbers } from '../../onnx/infer/known.ts';
import { axesOf, isSame } from './axes.ts';
import { Emitter } from './emitter.ts';

/**
 * ONNX Runtime's WebGPU provider (1.30) binds a Split's input and all its outputs at once and fails above the device's
 * `maxStorageBuffersPerShaderStage`, which is 8 by default (WebGPU §3.6.2).
 */
const maxSplitOutputs = 7;

/** A value by name, or a number that takes the datatype of the other operand. */
export type Operand = string | number;

export class Tape extends Emitter {
  /** @throws HaversackError `OperatorUnsupported` where a shape cannot be inferred */
  static over(graph: Graph, inputShapes: Readonly<Record<string, readonly number[]>> = {}): Tape {
    const shapes = Object.fromEntries(Object.entries(inputShapes).map(([name, shape]) => [name, [...shape]]));
    return new Tape(graph, inferShapes(graph, shapes));
  }

  // Constants.

  /** Of shape []. */
  scalar(value: number, datatype: Datatype = 'FP32'): string {
    return this.numbers([], [value], datatype);
  }

  numbers(shape: readonly number[], values: readonly number[], datatype: Datatype = 'FP32'): string {
    return this.constant(tensorOfNumbers(numeric(datatype), shape, values));
  }

  /** INT64 of one dimension: shapes, axes, pads. */
  ints(values: readonly number[]): string {
    return this.numbers([values.length], values, 'INT64');
  }

  /** A tensor of one number everywhere. */
  filled(value: number, shape: readonly number[], datatype: Datatype = 'FP32'): string {
    return this.expand(this.scalar(value, datatype), shape);
  }

  // Arithmetic. Shapes broadcast as in ONNX.

  add(a: Operand, b: Operand): string {
    if (a === 0 && typeof b === 'string') return b;
    if (b === 0 && typeof a === 'string') return a;
    return this.#binary('Add', a, b);
  }

  sub(a: Operand, b: Operand): string {
    if (b === 0 && typeof a === 'string') return a;
    return this.#binary('Sub', a, b);
  }

  mul(a: Operand, b: Operand): string {
    if (a === 1 && typeof b === 'string') return b;
    if (b === 1 && typeof a === 'string') return a;
    return this.#binary('Mul', a, b);
  }

  div(a: Operand, b: Operand): string {
    if (typeof b === 'number') return this.mul(a, 1 / b);
    return this.#binary('Div', a, b);
  }

  /** Sum of two gradients, of which null is zero. */
  plus(a: string | null, b: string | null): string | null {
    if (a === null) return b;
    return b === null ? a : this.add(a, b);
  }

  neg(x: string): string {
    return this.op('Neg', [x]);
  }

  square(x: string): string {
    return this.mul(x, x);
  }

  equal(a: Operand, b: Operand): string {
    return this.#binary('Equal', a, b);
  }

  greater(a: Operand, b: Operand): string {
    return this.#binary('Greater', a, b);
  }

  less(a: Operand, b: Operand): string {
    return this.#binary('Less', a, b);
  }

  where(condition: string, a: Operand, b: Operand): string {
    const [left, right] = this.#operands(a, b);
    return this.op('Where', [condition, left, right]);
  }

  cast(x: string, datatype: Datatype): string {
    return this.op('Cast', [x], { to: { int: dataTypeOf(datatype) } });
  }

  // Shapes.

  sum(x: string, axes: readonly number[], keepDims: 'keep' | 'drop' = 'keep'): string {
    return this.#reduce('ReduceSum', x, axes, keepDims);
  }

  mean(x: string, axes: readonly number[], keepDims: 'keep' | 'drop' = 'keep'): string {
    return this.#reduce('ReduceMean', x, axes, keepDims);
  }

  max(x: string, axes: readonly number[], keepDims: 'keep' | 'drop' = 'keep'): string {
    return this.#reduce('ReduceMax', x, axes, keepDims);
  }

  reshape(x: string, shape: readonly number[]): string {
    return this.op('Reshape', [x, this.ints(shape)], shape.includes(0) ? { allowzero: { int: 1 } } : {});
  }

  expand(x: string, shape: readonly number[]): string {
    return this.op('Expand', [x, this.ints(shape)]);
  }

  transpose(x: string, perm: readonly number[]): string {
    return this.op('Transpose', [x], { perm: { ints: perm } });
  }

  /** Steps are 1 unless given. */
  slice(
    x: string,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps: readonly number[] = axes.map(() => 1),
  ): string {
    const shape = this.shape(x);
    const isWhole = axes.every((axis, i) => starts[i] === 0 && steps[i] === 1 && ends[i]! >= shape[axis]!);
    if (isWhole) return x;
    return this.op('Slice', [x, this.ints(starts), this.ints(ends), this.ints(axes), this.ints(steps)]);
  }

  /** The axis cut into parts of these sizes. */
  parts(x: string, axis: number, sizes: readonly number[]): string[] {
    if (sizes.length === 1) return [x];
    return this.once(`parts|${x}|${axis}|${sizes.join()}`, () => this.#split(x, axis, sizes));
  }

  /** Into runs first where there are too many for one node. */
  #split(x: string, axis: number, sizes: readonly number[]): string[] {
    if (sizes.length <= maxSplitOutputs) {
      return this.ops('Split', [x, this.ints(sizes)], sizes.length, { axis: { int: axis } });
    }
    const runs = Array.from({ length: Math.ceil(sizes.length / maxSplitOutputs) }, (_, i) =>
      sizes.slice(i * maxSplitOutputs, (i + 1) * maxSplitOutputs),
    );
    const cut = this.parts(
      x,
      axis,
      runs.map(run => run.reduce((sum, size) => sum + size, 0)),
    );
    return runs.flatMap((run, i) => this.parts(cut[i]!, axis, run));
  }

  /** With zeros. Pads of all axes: begins, then ends. */
  pad(x: string, begins: readonly number[], ends: readonly number[]): string {
    if ([...begins, ...ends].every(size => size === 0)) return x;
    return this.op('Pad', [x, this.ints([...begins, ...ends]), this.scalar(0, this.datatype(x))]);
  }

  /** The sum of a gradient over the axes along which a value of this shape was broadcast. */
  unbroadcast(grad: string, shape: readonly number[]): string {
    const from = this.shape(grad);
    if (isSame(from, shape)) return grad;
    const added = from.length - shape.length;
    const axes = axesOf(from).filter(axis => axis < added || (shape[axis - added] === 1 && from[axis] !== 1));
    return this.reshape(this.sum(grad, axes, 'drop'), shape);
  }

  #reduce(op: string, x: string, axes: readonly number[], keepDims: 'keep' | 'drop'): string {
    if (axes.length === 0) return x;
    const shape = this.shape(x);
    if (axes.every(axis => shape[axis] === 1)) {
      const kept = shape.filter((_, axis) => !axes.includes(axis));
      return keepDims === 'keep' ? x : this.reshape(x, kept);
    }
    return this.op(op, [x, this.ints(axes)], { keepdims: { int: keepDims === 'keep' ? 1 : 0 } });
  }

  #binary(op: string, a: Operand, b: Operand): string {
    return this.op(op, this.#operands(a, b));
  }

  #operands(a: Operand, b: Operand): [string, string] {
    const named = typeof a === 'string' ? a : b;
    const datatype = typeof named === 'string' ? this.datatype(named) : 'FP32';
    const name = (operand: Operand) =>
      typeof operand === 'string' ? operand : this.scalar(operand, datatype);
    return [name(a), name(b)];
  }
}

function numeric(datatype: Datatype): Exclude<Datatype, 'BYTES'> {
  if (datatype !== 'BYTES') return datatype;
  throw new HaversackError('TrainingImpossible', 'No constant of text can be made of numbers.');
}
