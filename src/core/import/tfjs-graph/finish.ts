// The written graph brought to its end: outputs under their names, and nothing in it that none of them needs.
import { HaversackError } from '../../errors.ts';
import { type Graph, namesRead } from '../../onnx/graph.ts';
import type { Value } from './value.ts';
import type { Writer } from './writer.ts';

/** @param outputs in their order, each with the name that it is to have, which the graph has claimed */
export function finish(writer: Writer, outputs: readonly (readonly [string, Value])[]): Graph {
  const { graph } = writer;
  const names = new Map<string, string>();
  for (const [name, value] of outputs) {
    if (graph.outputs.some(output => output.name === name)) {
      throw new HaversackError('ImportImpossible', `the output '${name}' is there twice`);
    }
    const made = writer.plain(value);
    const isMade = graph.nodes.some(node => node.outputs.includes(made));
    if (isMade && !names.has(made)) names.set(made, name);
    else
      graph.nodes.push({
        name: graph.fresh(name),
        op: 'Identity',
        domain: '',
        inputs: [made],
        outputs: [name],
        attributes: {},
      });
    graph.outputs.push({ name, datatype: value.datatype, shape: value.shape });
  }
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map(name => names.get(name) ?? name);
    node.outputs = node.outputs.map(name => names.get(name) ?? name);
  }
  prune(graph);
  return graph;
}

/** Takes out what no output depends on: layouts that nobody read, sizes that were computed beforehand. */
function prune(graph: Graph): void {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const kept = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some(name => needed.has(name))) continue;
    kept.push(node);
    for (const name of namesRead(node)) needed.add(name);
  }
  graph.nodes = kept.reverse();
  for (const name of [...graph.initializers.keys()]) if (!needed.has(name)) graph.initializers.delete(name);
  graph.inputs = graph.inputs.filter(({ name }) => needed.has(name));
}
