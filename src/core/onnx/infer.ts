// Datatypes and shapes of everything in a graph, once the shapes of its inputs are given. Every dimension comes out known:
// what depends on the values that a graph is fed is refused, with the node's name.
import type { GraphProto } from 'onnx-buf';
import { HaversackError } from '../errors.ts';
import { elements, type Tensor } from '../tensor.ts';
import { type Graph, describeNode, type GraphNode, namesRead, operatorOf } from './graph.ts';
import { nodeOf } from './graph-proto.ts';
import { arrangeRules } from './infer/arrange.ts';
import { attentionRules } from './infer/attention.ts';
import { classicRules } from './infer/classic.ts';
import { controlFlowRules } from './infer/control-flow.ts';
import { convolutionRules } from './infer/convolution.ts';
import { elementwiseRules } from './infer/elementwise.ts';
import { gatherRules } from './infer/gather.ts';
import { maxKnownElements } from './infer/known.ts';
import { lossRules } from './infer/loss.ts';
import { matmulRules } from './infer/matmul.ts';
import { type InferBody, type InferRule, NodeContext, type ValueType } from './infer/node-context.ts';
import { normalizationRules } from './infer/normalization.ts';
import { quantizationRules } from './infer/quantization.ts';
import { recurrentRules } from './infer/recurrent.ts';
import { reduceRules } from './infer/reduce.ts';
import { resizeRules } from './infer/resize.ts';
import { sequenceRules } from './infer/sequence.ts';
import { shapeRules } from './infer/shape.ts';
import { signalRules } from './infer/signal.ts';
import { storedTensor } from './stored-tensor.ts';
import { topologicalOrder } from './topological-order.ts';

export type { ValueType };

/** Operator, as `operatorOf` spells it, → the types of its outputs from those of its inputs. */
export const inferRules: ReadonlyMap<string, InferRule> = new Map(
  [
    arrangeRules,
    attentionRules,
    classicRules,
    controlFlowRules,
    convolutionRules,
    elementwiseRules,
    gatherRules,
    lossRules,
    matmulRules,
    normalizationRules,
    quantizationRules,
    recurrentRules,
    reduceRules,
    resizeRules,
    sequenceRules,
    shapeRules,
    signalRules,
  ].flatMap(family => Object.entries(family)),
);

/** Types of names that a graph sees. */
export type Types = ReadonlyMap<string, ValueType>;

/**
 * One type an output of the node. `inputs`: null is an input left out. `outer`: what its nested graphs may read from outside.
 * @throws HaversackError `OperatorUnsupported` (no rule), `ModelInvalid` (inputs that do not fit, shapes that depend on data)
 */
export function inferNode(
  node: GraphNode,
  inputs: readonly (ValueType | null)[],
  opset: number,
  outer: Types,
): ValueType[] {
  const rule = inferRules.get(operatorOf(node));
  if (!rule) {
    throw new HaversackError('OperatorUnsupported', `No rule gives the shapes of ${describeNode(node)}.`);
  }
  const inferNested: InferBody = (body, given) => inferBody(body, given, opset, outer);
  const types = rule(new NodeContext(node, inputs, opset, inferNested));
  if (types.length < node.outputs.length) {
    throw new HaversackError(
      'ModelInvalid',
      `${describeNode(node)} has ${node.outputs.length} outputs, its operator ${types.length}.`,
    );
  }
  return types.slice(0, node.outputs.length);
}

/** The type of a weight; its elements are at hand where they are few. */
export function typeOfTensor(tensor: Tensor): ValueType {
  const { datatype, shape } = tensor;
  return elements(shape) <= maxKnownElements ? { datatype, shape, value: tensor } : { datatype, shape };
}

/**
 * Name → type, for inputs, weights and everything that nodes make. The graph's own shapes serve for inputs that
 * `inputShapes` does not name.
 * @throws HaversackError `OperatorUnsupported`, `ModelInvalid`
 */
export function inferShapes(
  graph: Graph,
  inputShapes: Readonly<Record<string, readonly number[]>> = {},
): Map<string, ValueType> {
  const types = new Map<string, ValueType>();
  for (const { name, datatype, shape: free } of graph.inputs) {
    types.set(name, { datatype, shape: inputShape(name, free, inputShapes[name]) });
  }
  for (const [name, tensor] of graph.initializers) types.set(name, typeOfTensor(tensor));
  inferNodes(graph.nodes, graph.opset, types);
  return types;
}

function inferNodes(nodes: readonly GraphNode[], opset: number, types: Map<string, ValueType>): void {
  for (const node of nodes) {
    const inputs = node.inputs.map(name => (name === '' ? null : (types.get(name) ?? unknown(node, name))));
    inferNode(node, inputs, opset, types).forEach((type, i) => {
      if (node.outputs[i] !== '') types.set(node.outputs[i]!, type);
    });
  }
}

function inferBody(body: GraphProto, inputs: readonly ValueType[], opset: number, outer: Types): ValueType[] {
  const types = new Map(outer);
  body.input.forEach(({ name }, i) => types.set(name, inputs[i]!));
  for (const proto of body.initializer) {
    const tensor = storedTensor(proto, proto.name);
    if (tensor) types.set(proto.name, typeOfTensor(tensor));
  }
  inferNodes(topologicalOrder(body.node.map(nodeOf), namesRead), opset, types);
  return body.output.map(({ name }) => types.get(name) ?? missing(body, name));
}

function missing(body: GraphProto, name: string): never {
  throw new HaversackError(
    'ModelInvalid',
    `Nothing makes '${name}', an output of the nested graph '${body.name}'.`,
  );
}

function inputShape(
  name: string,
  free: readonly number[],
  given: readonly number[] | undefined,
): readonly number[] {
  const shape = given ?? free;
  const isOfThis =
    free.length === 0 ||
    (shape.length === free.length && free.every((size, i) => size < 0 || size === shape[i]));
  if (isOfThis && shape.every(size => size >= 0)) return shape;
  const wanted = `[${free.join(', ')}]`;
  throw new HaversackError(
    'ModelInvalid',
    given
      ? `Input '${name}' is ${wanted}, got [${given.join(', ')}].`
      : `Input '${name}' is ${wanted}: its free dimensions need sizes.`,
  );
}

function unknown(node: GraphNode, name: string): never {
  throw new HaversackError('ModelInvalid', `${describeNode(node)} reads '${name}', which nothing makes.`);
}
