// Weights that sit in Constant nodes become initializers, under the names that their readers already use.
import { constantTensor } from '../infer/shape.ts';
import { type Graph, operatorOf } from '../graph.ts';
import { renamed } from '../stored-tensor.ts';

/** Outputs stay the same, bit for bit. Constants in nested graphs and sparse ones stay where they are. */
export function constantsToInitializers(graph: Graph): Graph {
  const result = graph.copy();
  result.nodes = result.nodes.filter(node => {
    if (operatorOf(node) !== 'Constant') return true;
    const name = node.outputs[0]!;
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
