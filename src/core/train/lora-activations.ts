// Low-rank changes of dense layers as they are trained: y = x (W + s · L R) is also x W + s · (x L) R, whose gradient never makes
// one of the whole weight (Hu et al., arXiv 2106.09685, eq. 3). Measured in Node on layers of 512 and 1024 units, rank 8,
// batches of 8 to 128: 1.6 to 18 times faster a step. Convolutions stay in the weight's space: a MobileNetV3's step was a
// sixth slower through activations. A file keeps every change in the weight's space, which a runtime folds.
import { readFloat, readInt } from '../onnx/attributes.ts';
import { type Graph, type GraphNode, operatorOf } from '../onnx/graph.ts';
import { type PlacedChange, removeLowRankChange } from '../onnx/low-rank.ts';

/** A copy where these changes act on activations; those of weights whose readers cannot be split that way stay as they are. */
export function throughActivations(model: Graph, changes: readonly PlacedChange[]): Graph {
  const graph = model.copy();
  // The copy has nodes of its own.
  const copies = new Map(model.nodes.map((node, i) => [node, graph.nodes[i]!]));
  for (const original of changes) {
    const change = { ...original, nodes: original.nodes.map(node => copies.get(node)!) };
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(change.changed));
    const splits = readers.map(node => splitOf(graph, node, change));
    if (splits.length === 0 || splits.includes(null)) continue;
    readers.forEach((node, i) => splits[i]!(node));
    removeLowRankChange(graph, change);
  }
  graph.sort();
  return graph;
}

/** Adds the low-rank way beside a node. */
type Split = (node: GraphNode) => void;

/** Null where the node is no dense layer that takes the weight as it is, as its second input. */
function splitOf(graph: Graph, node: GraphNode, change: PlacedChange): Split | null {
  const { shape } = graph.initializers.get(change.weight)!;
  const isWeight = node.inputs[1] === change.changed && node.inputs.indexOf(change.changed) === 1;
  if (!isWeight) return null;
  switch (operatorOf(node)) {
    case 'MatMul':
      return shape.length === 2 ? dense(graph, change, false) : null;
    case 'Gemm': {
      const isPlain = readInt(node, 'transA', 0) === 0 && readFloat(node, 'alpha', 1) === 1;
      return isPlain ? dense(graph, change, readInt(node, 'transB', 0) === 1) : null;
    }
    default:
      return null;
  }
}

/** (x L) R; where the weight is stored the other way around, x (L R)ᵀ = (x Rᵀ) Lᵀ. */
function dense(graph: Graph, change: PlacedChange, isTransposed: boolean): Split {
  return node => {
    const transposed = (name: string) => made(graph, 'Transpose', [name], { perm: { ints: [1, 0] } });
    const [first, second] = isTransposed
      ? [transposed(change.right), transposed(change.left)]
      : [change.left, change.right];
    const low = made(graph, 'MatMul', [node.inputs[0]!, first]);
    addBeside(graph, node, change, made(graph, 'MatMul', [low, second]));
  };
}

/** What the node made is now its sum with the scaled value. */
function addBeside(graph: Graph, node: GraphNode, { nodes }: PlacedChange, value: string): void {
  const [output] = node.outputs as [string];
  const own = graph.fresh(output);
  node.outputs = [own];
  const factor = nodes[1]!.inputs[1]!;
  graph.add('Add', [own, made(graph, 'Mul', [value, factor])], [output]);
}

function made(
  graph: Graph,
  op: string,
  inputs: readonly string[],
  attributes: GraphNode['attributes'] = {},
): string {
  const name = graph.fresh(op);
  graph.add(op, inputs, [name], { attributes });
  return name;
}
