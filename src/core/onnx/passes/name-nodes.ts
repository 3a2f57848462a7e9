// Every node gets a name that no other has, so that an error, a pattern or a recipe can point at it.
import type { Graph } from '../graph.ts';
import { changeBodies } from './change-bodies.ts';

/** In nested graphs too. Names that are there and unlike all before them stay. Outputs stay the same, bit for bit. */
export function nameNodes(graph: Graph): Graph {
  return named(graph, new Set());
}

function named(graph: Graph, taken: Set<string>): Graph {
  const result = graph.copy();
  for (const node of result.nodes) {
    if (node.name === '' || taken.has(node.name)) node.name = result.fresh(node.name || node.op);
    taken.add(node.name);
    changeBodies(node, result, body => named(body, taken));
  }
  return result;
}
