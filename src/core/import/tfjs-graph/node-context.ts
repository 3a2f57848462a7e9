// What a rule sees of a node: its inputs as values, its attributes with their defaults, and the graph to write into.
import { HaversackError } from '../../errors.ts';
import type { Attributes } from '../../onnx/build.ts';
import { numbersOf, tensorOfNumbers } from '../../onnx/infer/known.ts';
import type { Tensor } from '../../tensor.ts';
import { dimensions, type NodeAttribute, type NodeDef } from './graph-def.ts';
import {
  type Item,
  List,
  permuted,
  toChannelsFirst,
  toChannelsLast,
  Value,
  type ValueDatatype,
} from './value.ts';
import type { Writer } from './writer.ts';

/** Answers what each output of the node is; writes what computes it. */
export type Rule = (node: NodeContext) => Item[];

export class NodeContext {
  readonly writer: Writer;
  readonly #node: NodeDef;
  readonly #inputs: readonly Item[];

  constructor(node: NodeDef, inputs: readonly Item[], writer: Writer) {
    this.#node = node;
    this.#inputs = inputs;
    this.writer = writer;
  }

  get name(): string {
    return this.#node.name;
  }

  get inputCount(): number {
    return this.#inputs.length;
  }

  input(index: number): Value {
    const item = this.#inputs[index];
    if (item instanceof Value) return item;
    return this.fail(item ? `input ${index} is a list` : `input ${index} is missing`);
  }

  optional(index: number): Value | null {
    return index < this.#inputs.length ? this.input(index) : null;
  }

  /** All from that position on. */
  inputs(start = 0, end = this.#inputs.length): Value[] {
    return this.#inputs.slice(start, end).map((_, i) => this.input(start + i));
  }

  list(index: number): List {
    const item = this.#inputs[index];
    return item instanceof List ? item : this.fail(`input ${index} is no list`);
  }

  /** The numbers of an input that does not depend on what the model is fed. */
  known(index: number): number[] {
    const { tensor, name } = this.input(index);
    if (tensor && tensor.datatype !== 'BYTES') return numbersOf(tensor);
    return this.unsupported(`'${name}' depends on what the model is fed; only a constant is taken there`);
  }

  /** One number, as `known`. */
  scalar(index: number): number {
    const [value] = this.known(index);
    return value ?? this.fail(`input ${index} is empty`);
  }

  /** Null for those that depend on what the model is fed; null where that are all. */
  partlyKnown(index: number): readonly (number | null)[] | null {
    return knownOf(this.input(index));
  }

  /** How many axes a shape says that is an input: not what sizes they have. */
  axesOf(index: number): number {
    const count = this.input(index).shape[0] ?? 0;
    return count >= 0 && count <= maxAxes ? count : this.fail(`a shape of ${count} sizes`);
  }

  /** Whether it is a constant of nothing but zeros. */
  isZero(index: number): boolean {
    const { tensor } = this.input(index);
    return tensor !== null && tensor.datatype !== 'BYTES' && numbersOf(tensor).every(value => value === 0);
  }

  int(name: string, otherwise: number): number {
    return this.#whole(name, this.#attribute(name)?.i ?? otherwise);
  }

  float(name: string, otherwise: number): number {
    return this.#attribute(name)?.f ?? otherwise;
  }

  bool(name: string, otherwise = false): boolean {
    return this.#attribute(name)?.b ?? otherwise;
  }

  string(name: string, otherwise: string): string {
    const value = this.#attribute(name)?.s;
    return value === undefined ? otherwise : this.#text(value);
  }

  ints(name: string): number[] {
    return (this.#attribute(name)?.list?.i ?? []).map(value => this.#whole(name, value));
  }

  strings(name: string): string[] {
    return (this.#attribute(name)?.list?.s ?? []).map(value => this.#text(value));
  }

  shape(name: string): number[] {
    return dimensions(this.#attribute(name)?.shape ?? {});
  }

  /** What TensorFlow.js makes of that type (tfjs-converter 4.22, operation_mapper.ts). */
  datatype(name: string, otherwise: ValueDatatype = 'FP32'): ValueDatatype {
    const type = this.type(name);
    if (type === undefined) return otherwise;
    return datatypes[type] ?? this.unsupported(`it works on ${type}`);
  }

  /** As `DT_FLOAT`; undefined where the node does not say. */
  type(name: string): string | undefined {
    const type = this.#attribute(name)?.type;
    return typeof type === 'number' ? (typeNames[type] ?? `type ${type}`) : type;
  }

  /** A negative axis counts from the end. */
  axis(axis: number, rank: number): number {
    const from = axis < 0 ? axis + rank : axis;
    return Number.isInteger(from) && from >= 0 && from < rank
      ? from
      : this.fail(`axis ${axis} of ${rank} dimensions`);
  }

  /** Writes one ONNX node; answers the name of what it makes. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.writer.op(this.name, op, inputs, attributes);
  }

  /** A result in its axes' own order. */
  plain(datatype: ValueDatatype, shape: readonly number[], plain: string): Value {
    return new Value({ name: this.name, datatype, shape, plain });
  }

  /** A result as [n, c, h, w]. @param shape as [n, h, w, c] */
  first(datatype: ValueDatatype, shape: readonly number[], first: string): Value {
    return new Value({ name: this.name, datatype, shape, first });
  }

  /** A result of four axes in the layout that the node's `data_format` says. */
  image(datatype: ValueDatatype, channelsFirst: readonly number[], name: string): Value {
    return this.isChannelsFirst
      ? this.plain(datatype, channelsFirst, name)
      : this.first(datatype, permuted(channelsFirst, toChannelsLast), name);
  }

  constant(datatype: ValueDatatype, shape: readonly number[], values: readonly number[]): Value {
    return this.constantOf(tensorOfNumbers(datatype, shape, values));
  }

  constantOf(tensor: Tensor): Value {
    const datatype = tensor.datatype;
    if (datatype !== 'FP32' && datatype !== 'INT32' && datatype !== 'BOOL') {
      return this.unsupported(`it is a constant of ${datatype}`);
    }
    return new Value({ name: this.name, datatype, shape: tensor.shape, tensor });
  }

  /** Whether images are [n, c, h, w] in the model itself. */
  get isChannelsFirst(): boolean {
    return this.string('data_format', 'NHWC').startsWith('NC');
  }

  /** The name of an image as [n, c, h, w], whatever the node's `data_format`. */
  imageName(value: Value): string {
    return this.isChannelsFirst ? this.writer.plain(value) : this.writer.first(value);
  }

  /** Its shape as [n, c, h, w]. */
  imageShape(value: Value): number[] {
    if (value.rank !== 4) return this.unsupported(`it works on ${value.rank} dimensions, not 4`);
    return this.isChannelsFirst ? [...value.shape] : permuted(value.shape, toChannelsFirst);
  }

  /** The parts along height and width of an attribute that has one number an axis. */
  spatial(name: string): [number, number] {
    const all = this.ints(name);
    if (all.length === 0) return [1, 1];
    const [height, width] = this.isChannelsFirst ? [all[2], all[3]] : [all[1], all[2]];
    const isPositive = (size: number | undefined): size is number =>
      Number.isInteger(size) && size! > 0 && size! < 2 ** 31;
    return isPositive(height) && isPositive(width)
      ? [height, width]
      : this.fail(`${name} is [${all.join(', ')}]`);
  }

  /** The model is not in order. */
  fail(what: string): never {
    throw new HaversackError('ImportImpossible', `${this.#node.op} '${this.name}': ${what}`);
  }

  /** The model is in order, and that cannot be brought over. */
  unsupported(what: string): never {
    throw new HaversackError('OperatorUnsupported', `${this.#node.op} '${this.name}': ${what}`);
  }

  #attribute(name: string): NodeAttribute | undefined {
    return Object.hasOwn(this.#node.attr, name) ? this.#node.attr[name] : undefined;
  }

  #whole(name: string, value: number): number {
    return Number.isSafeInteger(value) ? value : this.fail(`${name} is ${value}`);
  }

  #text(value: string | readonly number[]): string {
    if (typeof value !== 'string') return String.fromCharCode(...value);
    try {
      return atob(value);
    } catch {
      return this.fail(`'${value.slice(0, 64)}' is no Base64`);
    }
  }
}

/** Numbers of the enumeration DataType (tensorflow/core/framework/types.proto) that have a name here. */
const typeNames: Readonly<Partial<Record<number, string>>> = {
  1: 'DT_FLOAT',
  2: 'DT_DOUBLE',
  3: 'DT_INT32',
  4: 'DT_UINT8',
  5: 'DT_INT16',
  6: 'DT_INT8',
  7: 'DT_STRING',
  9: 'DT_INT64',
  10: 'DT_BOOL',
  19: 'DT_HALF',
};

const datatypes: Readonly<Partial<Record<string, ValueDatatype>>> = {
  DT_FLOAT: 'FP32',
  DT_DOUBLE: 'FP32',
  DT_HALF: 'FP32',
  DT_INT8: 'INT32',
  DT_UINT8: 'INT32',
  DT_INT16: 'INT32',
  DT_INT32: 'INT32',
  DT_INT64: 'INT32',
  DT_BOOL: 'BOOL',
};

/** Larger ones are no sizes. */
export const maxKnown = 256;
/** As many as ONNX Runtime takes, and more than TensorFlow's eight. */
const maxAxes = 32;

/** What is known of a value's numbers, in one list whatever its shape. */
export function knownOf({ tensor, known }: Value): readonly (number | null)[] | null {
  if (!tensor || tensor.datatype === 'BYTES') return known;
  return tensor.data.length <= maxKnown ? numbersOf(tensor) : null;
}
