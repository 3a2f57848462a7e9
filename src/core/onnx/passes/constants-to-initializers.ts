// Weights that sit in Constant nodes become initializers, under the names that their readers already use.
import { constantTensor } from '../constant.ts';
import { type Graph, operatorOf } from '../graph.ts';
import { renamed } from '../stored-tensor.ts';
import { changeBodies } from './change-bodies.ts';

/**
 * In nested graphs too. Outputs stay the same, bit for bit. Sparse constants stay where they are, and so does what a nested
 * graph gives as it is: the runtime wants a node there.
 */
export function constantsToInitializers(graph: Graph): Graph {
  return withoutConstants(graph, new Set());
}

function withoutConstants(graph: Graph, kept: ReadonlySet<string>): Graph {
  const result = graph.copy();
  for (const node of result.nodes) {
    changeBodies(node, result, body => withoutConstants(body, new Set(body.outputs.map(({ name }) => name))));
  }
  result.nodes = result.nodes.filter(node => {
    const name = node.outputs[0]!;
    if (operatorOf(node) !== 'Constant' || kept.has(name)) return true;
    const value = node.attributes['value'];
    // INT4 and 8-bit floats, which no Tensor holds.
    if (value && 'raw' in value && value.raw.t) {
      result.foreignInitializers.set(name, renamed(value.raw.t, name));
      return false;
    }
    const tensor = constantTensor(node);
    if (tensor) result.initializers.set(name, tensor);
    return tensor === null;
  });
  return result;
}
