// Leaves out of a graph what its outputs do not need.
import { type Graph, namesRead } from '../onnx/graph.ts';

/** Keeps what the outputs need; what is an input is not made. */
export function prune(graph: Graph): void {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const needed = new Set(graph.outputs.map(({ name }) => name).filter(name => !inputs.has(name)));
  const kept = new Set<unknown>();
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some(name => needed.has(name))) continue;
    kept.add(node);
    for (const name of namesRead(node)) if (!inputs.has(name)) needed.add(name);
  }
  graph.nodes = graph.nodes.filter(node => kept.has(node));
  for (const name of graph.initializers.keys()) if (!needed.has(name)) graph.initializers.delete(name);
}
