// Visits what a model holds, nested graphs and functions included. One place that knows where ONNX hides graphs and tensors.
import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from 'onnx-buf';

/** Graphs in `If`, `Loop` and `Scan` bodies. */
export function subgraphsOf(node: NodeProto): GraphProto[] {
  return node.attribute.flatMap(attribute => (attribute.g ? [attribute.g] : []).concat(attribute.graphs));
}

/** Every node of a graph: its own, then those of nested graphs, depth first. */
export function* nodesOf(nodes: readonly NodeProto[]): Generator<NodeProto> {
  for (const node of nodes) {
    yield node;
    for (const graph of subgraphsOf(node)) yield* nodesOf(graph.node);
  }
}

/** Every node of a model, those of its local functions included. */
export function* allNodes(model: ModelProto): Generator<NodeProto> {
  if (model.graph) yield* nodesOf(model.graph.node);
  for (const local of model.functions) yield* nodesOf(local.node);
}

/** Every graph of a model, the main one first. */
export function* allGraphs(model: ModelProto): Generator<GraphProto> {
  if (model.graph) yield model.graph;
  for (const node of allNodes(model)) yield* subgraphsOf(node);
}

function tensorsOfAttribute({ t, tensors, sparseTensor, sparseTensors }: AttributeProto): TensorProto[] {
  const sparse = (sparseTensor ? [sparseTensor] : []).concat(sparseTensors);
  return [
    ...(t ? [t] : []),
    ...tensors,
    ...sparse.flatMap(({ values, indices }) => [values, indices].filter(tensor => tensor !== undefined)),
  ];
}

export interface NamedTensor {
  /** The initializer's own; for a tensor in a node's attribute, the node's first output. */
  readonly name: string;
  readonly tensor: TensorProto;
}

/** Every tensor of a model: initializers, sparse ones in parts, and those in attributes. */
export function* allTensors(model: ModelProto): Generator<NamedTensor> {
  for (const graph of allGraphs(model)) {
    for (const tensor of graph.initializer) yield { name: tensor.name, tensor };
    for (const { values, indices } of graph.sparseInitializer) {
      if (values) yield { name: values.name, tensor: values };
      if (indices) yield { name: values?.name ?? '', tensor: indices };
    }
  }
  for (const node of allNodes(model)) {
    for (const attribute of node.attribute) {
      for (const tensor of tensorsOfAttribute(attribute)) yield { name: node.output[0] ?? '', tensor };
    }
  }
  // What a local function's attributes are where a caller leaves them out.
  for (const local of model.functions) {
    for (const attribute of local.attributeProto) {
      for (const tensor of tensorsOfAttribute(attribute)) yield { name: attribute.name, tensor };
    }
  }
}

/** `Conv`; of another domain, `com.microsoft.QLinearAdd`. */
export function operatorName(node: NodeProto): string {
  return node.domain === '' || node.domain === 'ai.onnx' ? node.opType : `${node.domain}.${node.opType}`;
}

/** The tensor of a `Constant` node's `value`, or null. */
export function constantValue(node: NodeProto): TensorProto | null {
  if (operatorName(node) !== 'Constant') return null;
  return node.attribute.find(attribute => attribute.name === 'value')?.t ?? null;
}
