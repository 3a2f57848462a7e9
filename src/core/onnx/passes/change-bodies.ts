// A pass over the graphs that are nested in a node (If, Loop, Scan).
import { create } from '@bufbuild/protobuf';
import { type GraphProto, ModelProtoSchema, OperatorSetIdProtoSchema, type ValueInfoProto } from 'onnx-buf';
import { datatypeOf } from '../data-type.ts';
import { Graph, type GraphNode } from '../graph.ts';
import { shallowCopy } from '../stored-tensor.ts';

/**
 * Puts what `change` makes of each body in its place. `outer` is the graph that the node belongs to; a body knows its names,
 * and it those of the body. Inputs and outputs of a body stay as they are.
 */
export function changeBodies(node: GraphNode, outer: Graph, change: (body: Graph) => Graph): void {
  for (const [name, value] of Object.entries(node.attributes)) {
    if (!('graph' in value)) continue;
    const graph = changed(value.graph, outer, change);
    outer.surrounds(graph);
    node.attributes = { ...node.attributes, [name]: { graph } };
  }
}

function changed(body: GraphProto, outer: Graph, change: (body: Graph) => Graph): GraphProto {
  const bare = shallowCopy(body);
  // They need not have types.
  bare.input = body.input.filter(isPlainTensor);
  bare.output = [];
  const imports = [['', outer.opset] as const, ...outer.domains];
  const opsetImport = imports.map(([domain, version]) =>
    create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
  );
  const nested = Graph.from(create(ModelProtoSchema, { graph: bare, opsetImport }));
  nested.surroundedBy(outer);
  for (const { name } of body.input) nested.claim(name);
  // So that what comes out counts as read.
  nested.outputs = body.output.map(({ name }) => ({ name, datatype: 'FP32', shape: [] }));
  const result = change(nested).toModel().graph!;
  result.input = body.input;
  result.output = body.output;
  return result;
}

function isPlainTensor({ type }: ValueInfoProto): boolean {
  return type?.value.case === 'tensorType' && datatypeOf(type.value.value.elemType) !== null;
}
