// Where a graph keeps the weights that can travel smaller, and how one gives way to what makes it again at load. Knows no
// number format.
import { create } from '@bufbuild/protobuf';
import {
  type GraphProto,
  type ModelProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
} from 'onnx-buf';
import { attributeProto, type Attributes } from '../onnx/build.ts';
import { datatypeOf } from '../onnx/data-type.ts';
import { Graph } from '../onnx/graph.ts';
import { findLowRankChanges, type PlacedChange } from '../onnx/low-rank.ts';
import { isExternal, shapeOf } from '../onnx/tensor-proto.ts';
import { constantValue, operatorName } from '../onnx/walk.ts';
import { elements } from '../tensor.ts';

export interface Weight {
  readonly proto: TensorProto;
  readonly shape: readonly number[];
}

export interface MatrixWeight extends Weight {
  /** Of the output channels. */
  readonly axis: number;
}

/**
 * Smaller weights are left alone, for the scales and nodes would eat what is saved; but not where all are small: a variant
 * that is called int8 holds int8.
 */
const minElements = 64;

/**
 * The FP32 weights of MatMul, Gemm, Conv and ConvTranspose with two dimensions or more, by name. A weight with several
 * readers is there once, along the axis of the first; of one with a low-rank change it is the weight itself.
 */
export function matrixWeights(model: ModelProto): Map<string, MatrixWeight> {
  const graph = model.graph!;
  const changes = findLowRankChanges(Graph.from(model));
  const behind = new Map(changes.map(({ changed, weight }) => [changed, weight]));
  const tensors = weightsOf(graph, changes);
  const weights = new Map<string, MatrixWeight>();
  for (const node of graph.node) {
    const read = node.input[1] ?? '';
    const name = behind.get(read) ?? read;
    const weight = tensors.get(name);
    if (!weight || weights.has(name)) continue;
    const axis = channelAxis(node, weight.shape.length);
    if (axis !== null) weights.set(name, { ...weight, axis });
  }
  return largeOf(weights);
}

/** Every FP32 weight with two dimensions or more, whoever reads it. */
export function wideWeights(model: ModelProto): Map<string, Weight> {
  return largeOf(weightsOf(model.graph!, []));
}

function weightsOf(graph: GraphProto, changes: readonly PlacedChange[]): Map<string, Weight> {
  const ofChanges = new Set(changes.flatMap(({ left, right }) => [left, right]));
  const protos = new Map(graph.initializer.map(proto => [proto.name, proto]));
  for (const node of graph.node) {
    const constant = constantValue(node);
    if (constant && node.output[0]) protos.set(node.output[0], constant);
  }
  const weights = new Map<string, Weight>();
  for (const [name, proto] of protos) {
    const shape = shapeOf(proto);
    const fits = datatypeOf(proto.dataType) === 'FP32' && shape.length >= 2 && !isExternal(proto);
    if (fits && !ofChanges.has(name)) weights.set(name, { proto, shape });
  }
  return weights;
}

function largeOf<T extends Weight>(weights: Map<string, T>): Map<string, T> {
  const large = new Map([...weights].filter(([, { shape }]) => elements(shape) >= minElements));
  return large.size > 0 ? large : weights;
}

/** Where the output channels of the second input lie; null for operators that have none. */
function channelAxis(node: NodeProto, rank: number): number | null {
  switch (operatorName(node)) {
    case 'MatMul':
      return rank - 1;
    case 'Gemm':
      return node.attribute.find(({ name }) => name === 'transB')?.i === 1n ? 0 : 1;
    case 'Conv':
      return 0;
    case 'ConvTranspose':
      return 1;
    default:
      return null;
  }
}

/** A graph whose weights give way: what makes them again runs before all else. */
export class WeightRewriter {
  readonly #graph: GraphProto;
  readonly #names: Set<string>;
  /** ONNX Runtime takes no two nodes of a name. */
  readonly #nodeNames: Set<string>;
  readonly #made: NodeProto[] = [];

  constructor(model: ModelProto) {
    this.#graph = model.graph!;
    this.#names = new Set([
      ...this.#graph.input.map(({ name }) => name),
      ...this.#graph.initializer.map(({ name }) => name),
      ...this.#graph.node.flatMap(node => node.output),
    ]);
    this.#nodeNames = new Set(this.#graph.node.map(({ name }) => name));
  }

  /** A name that no value has yet: `name`, or with a number behind it. */
  fresh(name: string): string {
    return numbered(name, this.#names);
  }

  /** Removes the weight in whichever form it was; `tensors` take its place in the file. */
  replace(name: string, tensors: readonly TensorProto[]): void {
    const graph = this.#graph;
    const at = graph.initializer.findIndex(proto => proto.name === name);
    graph.initializer.splice(at < 0 ? graph.initializer.length : at, at < 0 ? 0 : 1, ...tensors);
    graph.node = graph.node.filter(node => !(constantValue(node) && node.output[0] === name));
    // Old exporters list every initializer as an input too.
    graph.input = graph.input.filter(input => input.name !== name);
  }

  /** A node of what makes `weight` again. */
  node(weight: string, opType: string, input: string[], output: string, attributes: Attributes = {}): string {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeProto(key, value));
    const name = numbered(`${weight}.${opType}`, this.#nodeNames);
    this.#made.push(create(NodeProtoSchema, { opType, name, input, output: [output], attribute }));
    return output;
  }

  /** Puts the nodes in; call it once, at the end. */
  finish(): void {
    this.#graph.node = [...this.#made, ...this.#graph.node];
  }
}

/** The name, or with a number behind it where it is taken; taken from now on. */
function numbered(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let i = 2; taken.has(candidate); i++) candidate = `${name}_${i}`;
  taken.add(candidate);
  return candidate;
}
