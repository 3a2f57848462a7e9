// What training changes in a graph, and what it leaves alone.
import { type Graph, namesRead } from '../onnx/graph.ts';

/** The trained names and every value that depends on one. */
export function movingValues(
  { nodes }: Pick<Graph, 'nodes'>,
  trained: (name: string) => boolean,
): Set<string> {
  const moving = new Set<string>();
  for (const node of nodes) {
    const reads = namesRead(node);
    for (const name of reads) if (trained(name)) moving.add(name);
    if (reads.some(name => moving.has(name))) for (const name of node.outputs) moving.add(name);
  }
  return moving;
}
