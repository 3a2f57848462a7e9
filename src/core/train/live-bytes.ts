// How much memory the values of a graph take while it runs: each lives from the node that makes it to the last that reads
// it. Knows no runtime and no training.
import { elementBytes } from '../datatype.ts';
import { type Graph, namesRead, operatorOf } from '../onnx/graph.ts';
import type { ValueType } from '../onnx/infer.ts';
import { elements } from '../tensor.ts';

/** What these hand on lies where it lay. */
const views: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

function bytesOf({ datatype, shape }: ValueType): number {
  return elements(shape) * (elementBytes[datatype] ?? 0);
}

export function totalBytes(types: readonly ValueType[]): number {
  return types.reduce((sum, type) => sum + bytesOf(type), 0);
}

/**
 * Bytes of what nodes make, where most of it is held at once, outputs to the end; in the order of the nodes, of which a
 * runtime may choose another.
 * @param typeOf of every name in the graph
 */
export function liveBytes(
  graph: Pick<Graph, 'nodes' | 'outputs'>,
  typeOf: (name: string) => ValueType,
): number {
  const { origins, ends } = lifetimes(graph);
  const dying = new Map<number, string[]>();
  for (const [origin, end] of ends) dying.set(end, [...(dying.get(end) ?? []), origin]);
  let held = 0;
  let peak = 0;
  graph.nodes.forEach((node, at) => {
    for (const name of node.outputs) if (origins.get(name) === name) held += bytesOf(typeOf(name));
    peak = Math.max(peak, held);
    for (const name of dying.get(at) ?? []) held -= bytesOf(typeOf(name));
  });
  return peak;
}

/**
 * `origins`: a value that nodes make → the one whose memory it is in. `ends`: such a memory's value → the position of the
 * last node that needs it, its own where nobody does; after all of them, for outputs.
 */
function lifetimes({ nodes, outputs }: Pick<Graph, 'nodes' | 'outputs'>) {
  const origins = new Map<string, string>();
  const ends = new Map<string, number>();
  nodes.forEach((node, at) => {
    for (const name of namesRead(node)) {
      const origin = origins.get(name);
      if (origin !== undefined) ends.set(origin, at);
    }
    const isView = views.has(operatorOf(node));
    for (const name of node.outputs.filter(name => name !== '')) {
      const seen = isView ? origins.get(node.inputs[0]!) : name;
      // A view of an input or of a constant takes nothing.
      if (seen === undefined) continue;
      origins.set(name, seen);
      ends.set(seen, at);
    }
  });
  for (const { name } of outputs) {
    const origin = origins.get(name);
    if (origin !== undefined) ends.set(origin, nodes.length);
  }
  return { origins, ends };
}
