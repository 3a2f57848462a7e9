// Which of a graph's constants are parameters, and of which layer: read off the operators that use them. A constant that
// no operator uses as one (a shape, a bound, what an input is standardised by) is none.
import { type Graph, type GraphNode, operatorOf } from '../onnx/graph.ts';
import { findLowRankChanges } from '../onnx/low-rank.ts';

export type ParameterKind = 'weight' | 'bias' | 'norm' | 'embedding';

export interface Parameter {
  /** Of the initializer. */
  readonly name: string;
  readonly kind: ParameterKind;
  readonly shape: readonly number[];
  /** Layers are counted in the order of the graph, from 0: an operator with a weight and what follows up to the next. */
  readonly layer: number;
}

/** Operator → what its inputs are, by position. */
const roles: Readonly<Record<string, readonly (ParameterKind | null)[]>> = {
  Conv: [null, 'weight', 'bias'],
  ConvTranspose: [null, 'weight', 'bias'],
  Gemm: ['weight', 'weight', 'bias'],
  MatMul: ['weight', 'weight'],
  Einsum: ['weight', 'weight'],
  LSTM: [null, 'weight', 'weight', 'bias'],
  GRU: [null, 'weight', 'weight', 'bias'],
  RNN: [null, 'weight', 'weight', 'bias'],
  Gather: ['embedding'],
  PRelu: [null, 'norm'],
  BatchNormalization: [null, 'norm', 'norm'],
  LayerNormalization: [null, 'norm', 'norm'],
  InstanceNormalization: [null, 'norm', 'norm'],
  GroupNormalization: [null, 'norm', 'norm'],
  RMSNormalization: [null, 'norm'],
  // Of a layer that is spelled out. Only after the first weight: before it they prepare the input.
  Add: ['bias', 'bias'],
  Mul: ['norm', 'norm'],
};

/** A weight that is only laid out anew is still that weight. */
const layouts: ReadonlySet<string> = new Set([
  'Transpose',
  'Reshape',
  'Identity',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
]);

/**
 * In the order of the graph. Float32 only: nothing else is trained. A weight with a low-rank change is the parameter, the
 * change is none.
 */
export function parametersOf(graph: Graph): Parameter[] {
  const origins = new Map<string, string>();
  for (const [name, { datatype }] of graph.initializers) if (datatype === 'FP32') origins.set(name, name);
  const changes = findLowRankChanges(graph);
  for (const { weight, changed } of changes) if (origins.has(weight)) origins.set(changed, weight);
  const ofChanges = new Set(changes.flatMap(({ nodes }) => nodes));
  const afterWeight = new Set<string>();
  const found = new Map<string, Parameter>();
  let layer = -1;
  for (const node of graph.nodes) {
    if (ofChanges.has(node)) continue;
    const origin = origins.get(node.inputs[0] ?? '');
    if (origin !== undefined && layouts.has(operatorOf(node))) {
      for (const output of node.outputs) origins.set(output, origin);
      continue;
    }
    // What a formula adds or multiplies by (the 3 of x + 3 in HardSwish) is a number without dimensions.
    const used = usedBy(node, origins, afterWeight).filter(
      ({ name }) => !isSpelledOut(node) || graph.initializers.get(name)!.shape.length > 0,
    );
    if (used.some(({ kind }) => kind === 'weight' || kind === 'embedding')) layer++;
    for (const { name, kind } of used) {
      const { shape } = graph.initializers.get(name)!;
      if (!found.has(name)) found.set(name, { name, kind, shape, layer: Math.max(layer, 0) });
    }
    if (used.length > 0 || node.inputs.some(input => afterWeight.has(input))) {
      for (const output of node.outputs) afterWeight.add(output);
    }
  }
  return [...found.values()];
}

function usedBy(
  node: GraphNode,
  origins: ReadonlyMap<string, string>,
  afterWeight: ReadonlySet<string>,
): { name: string; kind: ParameterKind }[] {
  if (isSpelledOut(node) && !node.inputs.some(input => afterWeight.has(input))) return [];
  return (roles[operatorOf(node)] ?? []).flatMap((kind, position) => {
    const name = origins.get(node.inputs[position] ?? '');
    return kind !== null && name !== undefined ? [{ name, kind }] : [];
  });
}

function isSpelledOut({ op, domain }: GraphNode): boolean {
  return domain === '' && (op === 'Add' || op === 'Mul');
}
