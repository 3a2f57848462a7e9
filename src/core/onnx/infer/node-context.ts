// What a shape rule sees of a node: its inputs' types, its attributes with their defaults, and a way to refuse.
import type { GraphProto } from 'onnx-buf';
import type { Datatype } from '../../datatype.ts';
import { HaversackError } from '../../errors.ts';
import { elements, type Tensor } from '../../tensor.ts';
import { readFloat, readGraph, readInt, readInts, readString } from '../attributes.ts';
import { describeNode, type GraphNode } from '../graph.ts';
import { maxKnownElements, numbersOf, tensorOfNumbers } from './known.ts';

export interface ValueType {
  readonly datatype: Datatype;
  /** Every dimension is known. */
  readonly shape: readonly number[];
  /** The elements, where they are few and do not depend on what the graph is fed. */
  readonly value?: Tensor;
  /** Of a sequence, the types of its tensors; its `shape` is then []. */
  readonly sequence?: readonly ValueType[];
}

/** Answers the types of all outputs that the operator has, those that a node leaves out too. */
export type InferRule = (node: NodeContext) => ValueType[];

/** Types of a nested graph's outputs, from those of its inputs; it may read names from outside. */
export type InferBody = (body: GraphProto, inputs: readonly ValueType[]) => ValueType[];

export class NodeContext {
  readonly node: GraphNode;
  readonly opset: number;
  readonly #inputs: readonly (ValueType | null)[];
  readonly #inferBody: InferBody;

  constructor(node: GraphNode, inputs: readonly (ValueType | null)[], opset: number, inferBody: InferBody) {
    this.node = node;
    this.opset = opset;
    this.#inputs = inputs;
    this.#inferBody = inferBody;
  }

  get inputCount(): number {
    return this.#inputs.length;
  }

  get outputCount(): number {
    return this.node.outputs.length;
  }

  input(index: number): ValueType {
    return this.#inputs[index] ?? this.fail(`input ${index} is missing`);
  }

  optional(index: number): ValueType | null {
    return this.#inputs[index] ?? null;
  }

  /** All that are not left out. */
  inputs(): ValueType[] {
    return this.#inputs.filter(input => input !== null);
  }

  /** From that position on, none left out. */
  inputTypesFrom(start: number): ValueType[] {
    return this.#inputs.slice(start).map((_, i) => this.input(start + i));
  }

  shape(index: number): readonly number[] {
    return this.input(index).shape;
  }

  rank(index: number): number {
    return this.input(index).shape.length;
  }

  int(name: string, otherwise: number): number {
    return readInt(this.node, name, otherwise);
  }

  ints(name: string): readonly number[] | undefined {
    return readInts(this.node, name);
  }

  float(name: string, otherwise: number): number {
    return readFloat(this.node, name, otherwise);
  }

  string(name: string, otherwise: string): string {
    return readString(this.node, name, otherwise);
  }

  /** The numbers of an input that must be known before the graph runs. */
  known(index: number): number[] {
    const { value, shape } = this.input(index);
    if (!value) {
      const name = this.node.inputs[index];
      this.fail(`its shape depends on the values of '${name}' [${shape.join(', ')}], which are not known`);
    }
    return numbersOf(value);
  }

  /** As `known`, undefined where the input is left out. */
  knownOptional(index: number): number[] | undefined {
    return this.optional(index) ? this.known(index) : undefined;
  }

  /** What was an attribute in old opsets and is an input since. */
  knownOrAttribute(index: number, name: string): readonly number[] | undefined {
    return this.knownOptional(index) ?? this.ints(name);
  }

  /** A negative axis counts from the end. */
  axis(axis: number, rank: number): number {
    const from = axis < 0 ? axis + rank : axis;
    return from >= 0 && from < rank ? from : this.fail(`axis ${axis} of ${rank} dimensions`);
  }

  /** The nested graph of that name. */
  graph(name: string): GraphProto {
    return readGraph(this.node, name) ?? this.fail(`it has no ${name}`);
  }

  /** Types of what the nested graph of that name makes of such inputs. */
  body(name: string, inputs: readonly ValueType[]): ValueType[] {
    const graph = this.graph(name);
    if (graph.input.length !== inputs.length) {
      this.fail(`its ${name} takes ${graph.input.length} inputs, not ${inputs.length}`);
    }
    return this.#inferBody(graph, inputs);
  }

  fail(what: string): never {
    throw new HaversackError('ModelInvalid', `${describeNode(this.node)}: ${what}.`);
  }
}

export function type(datatype: Datatype, shape: readonly number[]): ValueType {
  return { datatype, shape };
}

/** With its elements, unless they are too many to be worth it or some input was not known (`numbers` answers null). */
export function typeWith(
  datatype: Datatype,
  shape: readonly number[],
  numbers: () => readonly number[] | null,
): ValueType {
  if (datatype === 'BYTES' || elements(shape) > maxKnownElements) return { datatype, shape };
  const known = numbers();
  return known ? { datatype, shape, value: tensorOfNumbers(datatype, shape, known) } : { datatype, shape };
}

/** The multidirectional broadcast of shapes (ONNX Broadcasting), or null where they do not fit. */
export function broadcast(...shapes: readonly (readonly number[])[]): number[] | null {
  const rank = Math.max(0, ...shapes.map(shape => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [i, size] of shape.entries()) {
      const axis = rank - shape.length + i;
      if (size === 1 || size === result[axis]) continue;
      if (result[axis] !== 1) return null;
      result[axis] = size;
    }
  }
  return result;
}
