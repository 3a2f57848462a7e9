// Where a graph can be cut in two with one value between: everything that its outputs know of its inputs passes through.
import { type Graph, namesRead, operatorOf } from '../onnx/graph.ts';

/** They tell how large something is, and nothing of what is in it. */
const ofSizesOnly: ReadonlySet<string> = new Set(['Shape', 'Size']);

export interface CutValue {
  readonly name: string;
  /** Of the node that makes it, in the graph's order. */
  readonly place: number;
}

/**
 * In the order of the graph, which must hold no node that its outputs do not need (`prune`). Values that only weights go
 * into are none.
 *
 * Every path from inputs to outputs leads through a value exactly where, its node done, nothing else that follows from the
 * inputs is still to be read: in a graph without needless nodes, a node beside the value would lie on a path around it.
 */
export function cutValues(graph: Graph): CutValue[] {
  const lastRead = lastReaders(graph);
  const live = new Set(graph.inputs.map(({ name }) => name));
  const cuts: CutValue[] = [];
  graph.nodes.forEach((node, place) => {
    const read = ofSizesOnly.has(operatorOf(node)) ? [] : namesRead(node);
    const follows = read.some(name => live.has(name));
    if (follows) for (const name of node.outputs) if (name !== '') live.add(name);
    for (const name of live) if ((lastRead.get(name) ?? -1) <= place) live.delete(name);
    const [name, ...others] = live;
    if (follows && name !== undefined && others.length === 0 && node.outputs.includes(name)) {
      cuts.push({ name, place });
    }
  });
  return cuts;
}

/** Name → place of the last node that reads what is in it; an output of the graph is read at the end. */
function lastReaders(graph: Graph): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  graph.nodes.forEach((node, place) => {
    if (ofSizesOnly.has(operatorOf(node))) return;
    for (const name of namesRead(node)) last.set(name, place);
  });
  for (const { name } of graph.outputs) last.set(name, graph.nodes.length);
  return last;
}
