// Writes the ONNX graph: gives each value in the layout that is asked for, and puts a Transpose where it has only the
// other. Knows no operator of TensorFlow.
import type { Attributes } from '../../onnx/build.ts';
import { Graph } from '../../onnx/graph.ts';
import { tensorOfNumbers } from '../../onnx/infer/known.ts';
import type { Tensor } from '../../tensor.ts';
import { transposedTensor } from './transposed-tensor.ts';
import { countOf, permuted, toChannelsFirst, toChannelsLast, Value, type ValueDatatype } from './value.ts';

export class Writer {
  readonly graph = new Graph();
  readonly #constants = new Map<string, string>();

  /** Of one output. @param stem what its name begins with */
  op(stem: string, op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.ops(stem, op, inputs, 1, attributes)[0]!;
  }

  /** Of so many outputs. */
  ops(
    stem: string,
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Attributes = {},
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.graph.fresh(stem));
    this.graph.add(op, inputs, outputs, { attributes });
    return outputs;
  }

  initializer(stem: string, tensor: Tensor): string {
    const name = this.graph.fresh(stem);
    this.graph.initializers.set(name, tensor);
    return name;
  }

  /** INT64, of shape [values.length]. */
  ints(values: readonly number[]): string {
    return this.#small('INT64', [values.length], values);
  }

  /** Of shape []. */
  scalar(datatype: 'FP32' | 'INT32' | 'INT64', value: number): string {
    return this.#small(datatype, [], [value]);
  }

  /** FP32, of shape [values.length]. */
  floats(values: readonly number[]): string {
    return this.#small('FP32', [values.length], values);
  }

  cast(stem: string, input: string, datatype: ValueDatatype | 'INT64'): string {
    return this.op(stem, 'Cast', [input], {
      to: { int: { FP32: 1, INT32: 6, INT64: 7, BOOL: 9 }[datatype] },
    });
  }

  /** The name of the value in its axes' own order. */
  plain(value: Value): string {
    return (value.plain ??= value.tensor
      ? this.initializer(value.name, value.tensor)
      : this.#reordered(value.name, value.first!, value.shape, toChannelsLast));
  }

  /** The name of the value [n, h, w, c] as [n, c, h, w]. */
  first(value: Value): string {
    return (value.first ??= value.tensor
      ? this.initializer(value.name, transposedTensor(value.tensor, toChannelsFirst))
      : this.#reordered(value.name, value.plain!, permuted(value.shape, toChannelsFirst), toChannelsFirst));
  }

  /** As an operand of a broadcast over [n, c, h, w]: of fewer axes, it is brought to four first. */
  firstOperand(value: Value): string {
    if (value.rank === 4) return this.first(value);
    if (countOf(value.shape) === 1) return this.plain(value);
    return this.first(this.withLeadingOnes(value));
  }

  /** The value with ones put before its axes until there are four. */
  withLeadingOnes(value: Value): Value {
    const shape = [...new Array<number>(4 - value.rank).fill(1), ...value.shape];
    const { name, datatype, tensor } = value;
    if (tensor) return new Value({ name, datatype, shape, tensor: { ...tensor, shape } });
    const axes = shape.slice(value.rank).map((_, axis) => axis);
    const plain = this.op(name, 'Unsqueeze', [this.plain(value), this.ints(axes)]);
    return new Value({ name, datatype, shape, plain });
  }

  /** INT64, of one axis; what is known of it beforehand is written down. */
  sizes(value: Value): string {
    const numbers = value.tensor ? Array.from(value.tensor.data as Int32Array) : null;
    return numbers ? this.ints(numbers) : this.cast(`${value.name}/int64`, this.plain(value), 'INT64');
  }

  /** @param shape of what comes out */
  #reordered(stem: string, name: string, shape: readonly number[], permutation: readonly number[]): string {
    const target = movesOnlyOnes(shape, permutation) ? reshapeTarget(shape) : null;
    return target
      ? this.op(stem, 'Reshape', [name, this.ints(target)])
      : this.op(stem, 'Transpose', [name], { perm: { ints: permutation } });
  }

  #small(datatype: 'FP32' | 'INT32' | 'INT64', shape: readonly number[], values: readonly number[]): string {
    const key = `${datatype} ${shape.join()} ${values.join()}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.initializer('constant', tensorOfNumbers(datatype, shape, values));
    this.#constants.set(key, name);
    return name;
  }
}

/** The shape as Reshape takes it; null where two dimensions are free. */
export function reshapeTarget(shape: readonly number[]): number[] | null {
  return shape.filter(size => size < 0).length > 1 || shape.includes(0) ? null : [...shape];
}

/** Whether the elements stay in their order: all that changes places is of size 1. @param shape of what comes out */
function movesOnlyOnes(shape: readonly number[], permutation: readonly number[]): boolean {
  const moved = permutation.filter((_, axis) => shape[axis] !== 1);
  return moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
}
