// Writes operators into a graph whose shapes are known, and knows each new value's type at once. Folds what is trivial; knows
// no derivative.
import type { Datatype } from '../../datatype.ts';
import { HaversackError } from '../../errors.ts';
import { dataTypeOf } from '../../onnx/data-type.ts';
import type { Attributes } from '../../onnx/build.ts';
import { type Graph, type GraphNode, namesRead } from '../../onnx/graph.ts';
import { inferNode, inferShapes, typeOfTensor, type ValueType } from '../../onnx/infer.ts';
import { elements, type Tensor } from '../../tensor.ts';
import { toHalfBits } from '../../runtime/half.ts';
import { axesOf, isSame } from './axes.ts';

/** A value by name, or a number that takes the datatype of the other operand. */
export type Operand = string | number;

/** Gradients of a node's inputs, from those of its outputs; null is none, or zero. */
export type GradientRule = (
  node: GraphNode,
  grad: readonly (string | null)[],
  tape: Tape,
) => readonly (string | null)[];

/** Emits operators that do what the node does: the names of its outputs. */
export type Spelling = (node: GraphNode, tape: Tape) => readonly string[];

/** How many nodes and initializers a graph had. */
export interface Mark {
  readonly nodes: number;
  readonly constants: number;
}

export class Tape {
  readonly graph: Graph;
  readonly #types: Map<string, ValueType>;
  readonly #constants = new Map<string, string>();
  /** What was emitted, by operator, inputs and attributes: asked for again, it is not computed again. */
  readonly #emitted = new Map<string, string>();

  readonly #split = new Map<string, string[]>();

  /** Of every value in the graph the type must be there; the graph is written to. */
  constructor(graph: Graph, types: ReadonlyMap<string, ValueType>) {
    this.graph = graph;
    this.#types = new Map(types);
  }

  /** @throws HaversackError `OperatorUnsupported` where a shape cannot be inferred */
  static over(graph: Graph, inputShapes: Readonly<Record<string, readonly number[]>> = {}): Tape {
    const shapes = Object.fromEntries(Object.entries(inputShapes).map(([name, shape]) => [name, [...shape]]));
    return new Tape(graph, inferShapes(graph, shapes));
  }

  type(name: string): ValueType {
    const type = this.#types.get(name);
    if (!type) throw new RangeError(`Tape: nothing is known of '${name}'`);
    return type;
  }

  shape(name: string): readonly number[] {
    return this.type(name).shape;
  }

  datatype(name: string): Datatype {
    return this.type(name).datatype;
  }

  /** The numbers of a value that is known before the run; null where it is not. */
  known(name: string): number[] | null {
    const data = this.#types.get(name)?.value?.data ?? this.graph.initializers.get(name)?.data;
    return data === undefined ? null : Array.from(data as ArrayLike<number | bigint>, Number);
  }

  /** Tells of a value that the tape did not make. */
  declare(name: string, type: ValueType): void {
    this.#types.set(name, type);
  }

  /** One operator with one output: its name. `domain::Op` for another domain's. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const folded = this.#fold(op, inputs, attributes);
    if (folded !== null) return folded;
    const key = `${op}|${inputs.join('|')}|${JSON.stringify(attributes, tensorsByContent)}`;
    const emitted = this.#emitted.get(key);
    if (emitted !== undefined) return emitted;
    const [output] = this.ops(op, inputs, 1, attributes);
    this.#emitted.set(key, output!);
    return output!;
  }

  ops(op: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}): string[] {
    const [type, domain = ''] = op.split('::').reverse() as [string, string?];
    const names = Array.from({ length: outputs }, () => this.graph.fresh(type));
    const node = this.graph.add(type, inputs, names, { attributes, domain });
    this.#infer(node);
    return names;
  }

  /** The name of an output that a node may leave out: it is asked for from now on. */
  output(node: GraphNode, position: number): string {
    while (node.outputs.length <= position) node.outputs.push('');
    if (node.outputs[position] === '') node.outputs[position] = this.graph.fresh(node.op);
    this.#infer(node);
    return node.outputs[position]!;
  }

  /** The graph after a pass that leaves names as they are; what it adds gets its type. */
  rewrite(pass: (graph: Graph) => Graph): void {
    const { nodes, initializers } = pass(this.graph);
    this.graph.nodes = nodes;
    for (const [name, tensor] of initializers) {
      if (this.#types.has(name)) continue;
      this.graph.initializers.set(name, tensor);
      this.graph.claim(name);
      this.#types.set(name, typeOfTensor(tensor));
    }
    this.graph.sort();
    for (const node of this.graph.nodes) {
      for (const name of [node.name, ...node.outputs]) this.graph.claim(name);
      if (!node.outputs.every(name => name === '' || this.#types.has(name))) this.#infer(node);
    }
  }

  /** Others take the node's place: its outputs are now these values. */
  replace(node: GraphNode, values: readonly string[]): void {
    this.graph.nodes = this.graph.nodes.filter(other => other !== node);
    node.outputs.forEach((name, position) => {
      if (name !== '') this.graph.add('Identity', [values[position]!], [name]);
    });
  }

  #infer(node: GraphNode): void {
    const inputs = node.inputs.map(name => (name === '' ? null : this.type(name)));
    const types = inferNode(node, inputs, this.graph.opset);
    node.outputs.forEach((name, position) => {
      if (name !== '' && types[position]) this.#types.set(name, types[position]);
    });
  }

  /** An initializer; equal small ones are one. */
  constant(tensor: Tensor, stem = 'constant'): string {
    const key =
      tensor.data.length <= 64
        ? `${tensor.datatype}[${tensor.shape.join()}]${Array.from(tensor.data as ArrayLike<unknown>, textOf).join()}`
        : null;
    const found = key === null ? undefined : this.#constants.get(key);
    if (found !== undefined) return found;
    const name = this.graph.fresh(stem);
    this.graph.initializers.set(name, tensor);
    this.#types.set(name, { datatype: tensor.datatype, shape: [...tensor.shape], value: tensor });
    if (key !== null) this.#constants.set(key, name);
    return name;
  }

  /** Of shape []. */
  scalar(value: number, datatype: Datatype = 'FP32'): string {
    return this.numbers([], [value], datatype);
  }

  numbers(shape: readonly number[], values: readonly number[], datatype: Datatype = 'FP32'): string {
    return this.constant({ datatype, shape, data: numbersOf(values, datatype) });
  }

  /** INT64 of one dimension: shapes, axes, pads. */
  ints(values: readonly number[]): string {
    return this.numbers([values.length], values, 'INT64');
  }

  /** A tensor of one number everywhere. */
  filled(value: number, shape: readonly number[], datatype: Datatype = 'FP32'): string {
    return this.expand(this.scalar(value, datatype), shape);
  }

  /** A place to prune from: how much there was. */
  mark(): Mark {
    return { nodes: this.graph.nodes.length, constants: this.graph.initializers.size };
  }

  /** Takes away what was written since the mark and is not read on the way to these values. */
  prune(mark: Mark, keep: Iterable<string>): void {
    const { nodes, initializers, outputs } = this.graph;
    const live = new Set([...keep, ...outputs.map(({ name }) => name)]);
    for (const node of nodes.slice(0, mark.nodes)) for (const name of namesRead(node)) live.add(name);
    const kept: GraphNode[] = [];
    for (const node of nodes.slice(mark.nodes).reverse()) {
      if (!node.outputs.some(name => live.has(name))) continue;
      kept.push(node);
      for (const name of namesRead(node)) live.add(name);
    }
    this.graph.nodes = [...nodes.slice(0, mark.nodes), ...kept.reverse()];
    const made = new Set(this.graph.nodes.flatMap(node => node.outputs));
    for (const [key, name] of this.#emitted) if (!made.has(name)) this.#emitted.delete(key);
    for (const [key, names] of this.#split) if (!names.every(name => made.has(name))) this.#split.delete(key);
    for (const name of [...initializers.keys()].slice(mark.constants)) {
      if (!live.has(name)) initializers.delete(name);
    }
    for (const [key, name] of this.#constants) if (!initializers.has(name)) this.#constants.delete(key);
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
    const key = `parts|${x}|${axis}|${sizes.join()}`;
    const found = this.#split.get(key);
    if (found) return found;
    const names = this.ops('Split', [x, this.ints(sizes)], sizes.length, { axis: { int: axis } });
    this.#split.set(key, names);
    return names;
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

  /** What changes nothing is the value itself. */
  #fold(op: string, inputs: readonly string[], attributes: Attributes): string | null {
    const x = inputs[0];
    if (x === undefined || x === '') return null;
    const { shape, datatype } = this.type(x);
    const isFolded = () => {
      switch (op) {
        case 'Identity':
          return true;
        case 'Reshape':
          return isSame(this.known(inputs[1]!) ?? [], shape) && !shape.includes(0);
        case 'Expand': {
          const wanted = this.known(inputs[1]!);
          return wanted !== null && fits(wanted, shape);
        }
        case 'Transpose': {
          const { perm } = attributes;
          return perm !== undefined && 'ints' in perm && isSame(perm.ints, axesOf(shape));
        }
        case 'Cast': {
          const { to } = attributes;
          const from: number = dataTypeOf(datatype);
          return to !== undefined && 'int' in to && to.int === from;
        }
        case 'Concat':
          return inputs.length === 1;
        default:
          return false;
      }
    };
    return isFolded() ? x : null;
  }
}

/** Whether broadcasting to a shape leaves this one as it is. */
function fits(wanted: readonly number[], shape: readonly number[]): boolean {
  if (wanted.length > shape.length) return false;
  const added = shape.length - wanted.length;
  return wanted.every((size, axis) => size === 1 || size === shape[axis + added]);
}

function numbersOf(values: readonly number[], datatype: Datatype): Tensor['data'] {
  switch (datatype) {
    case 'FP32':
      return Float32Array.from(values);
    case 'FP64':
      return Float64Array.from(values);
    case 'FP16':
      return Uint16Array.from(values, toHalfBits);
    case 'INT64':
      return BigInt64Array.from(values, BigInt);
    case 'INT32':
      return Int32Array.from(values);
    case 'BOOL':
    case 'UINT8':
      return Uint8Array.from(values);
    case 'INT8':
      return Int8Array.from(values);
    default:
      throw new HaversackError('TrainingImpossible', `No constant of ${datatype} can be made.`);
  }
}

function textOf(value: unknown): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function tensorsByContent(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<unknown>, textOf) : value;
}

/** Of what has this shape, the elements. */
export function sizeOf(shape: readonly number[], axes: readonly number[] = axesOf(shape)): number {
  return elements(axes.map(axis => shape[axis]!));
}
