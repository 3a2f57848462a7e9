// Gives a value of a graph another name, wherever it is made and read. Where nothing has the name, nothing happens.
import type { Graph } from '../onnx/graph.ts';
import { renamed } from '../onnx/stored-tensor.ts';

/** Bodies of If, Loop and Scan read it by its old name still: callers name only what they have made, or what is read outside. */
export function renameValue(graph: Graph, from: string, to: string): void {
  const nameOf = (name: string) => (name === from ? to : name);
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map(nameOf);
    node.outputs = node.outputs.map(nameOf);
  }
  graph.inputs = graph.inputs.map(spec => ({ ...spec, name: nameOf(spec.name) }));
  graph.outputs = graph.outputs.map(spec => ({ ...spec, name: nameOf(spec.name) }));
  const weight = graph.initializers.get(from);
  if (weight && graph.initializers.delete(from)) graph.initializers.set(to, weight);
  const foreign = graph.foreignInitializers.get(from);
  if (foreign && graph.foreignInitializers.delete(from))
    graph.foreignInitializers.set(to, renamed(foreign, to));
}
