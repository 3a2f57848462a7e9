// A nested graph's nodes, written into the graph around it.
import type { GraphProto, NodeProto } from 'onnx-buf';
import type { Graph, GraphNode } from '../../graph.ts';
import { nodeOf } from '../../graph-proto.ts';
import { renamed, shallowCopy, storedTensor } from '../../stored-tensor.ts';
import { topologicalOrder } from '../../topological-order.ts';
import { namesRead } from '../../graph-node.ts';

/**
 * Names of what the body makes of these inputs. Every call writes the nodes anew; weights are written once, by the first.
 */
export type Splice = (inputs: readonly string[]) => string[];

export function splicer(graph: Graph, body: GraphProto): Splice {
  const weights = takeInitializers(graph, body);
  const nodes = topologicalOrder(body.node.map(nodeOf), namesRead);
  return inputs => {
    const names = new Map(weights);
    body.input.forEach(({ name }, i) => names.set(name, inputs[i]!));
    for (const node of nodes) spliceNode(graph, node, names);
    return body.output.map(({ name }) => names.get(name) ?? name);
  };
}

/** The names they have in the graph around. */
function takeInitializers(graph: Graph, body: GraphProto): Map<string, string> {
  const names = new Map<string, string>();
  for (const proto of body.initializer) {
    const name = graph.fresh(proto.name);
    const tensor = storedTensor(proto, name);
    if (tensor) graph.initializers.set(name, tensor);
    else graph.foreignInitializers.set(name, renamed(proto, name));
    names.set(proto.name, name);
  }
  return names;
}

function spliceNode(graph: Graph, node: GraphNode, names: Map<string, string>): void {
  const inputs = node.inputs.map(name => names.get(name) ?? name);
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([key, value]) => [
      key,
      'graph' in value ? { graph: reading(value.graph, names) } : value,
    ]),
  );
  const outputs = node.outputs.map(name => {
    if (name === '') return '';
    const fresh = graph.fresh(name);
    names.set(name, fresh);
    return fresh;
  });
  const options = { attributes, domain: node.domain };
  graph.add(
    node.op,
    inputs,
    outputs,
    node.name === '' ? options : { ...options, name: graph.fresh(node.name) },
  );
}

/** The nested graph, with the names that it reads from outside as they are now. */
function reading(body: GraphProto, names: ReadonlyMap<string, string>): GraphProto {
  const outside = new Map(names);
  for (const { name } of [...body.input, ...body.initializer]) outside.delete(name);
  for (const node of body.node) for (const name of node.output) outside.delete(name);
  const copy = shallowCopy(body);
  copy.node = body.node.map((node): NodeProto => {
    const changed = shallowCopy(node);
    changed.input = node.input.map(name => outside.get(name) ?? name);
    changed.attribute = node.attribute.map(attribute => {
      if (!attribute.g) return attribute;
      const nested = shallowCopy(attribute);
      nested.g = reading(attribute.g, outside);
      return nested;
    });
    return changed;
  });
  return copy;
}
