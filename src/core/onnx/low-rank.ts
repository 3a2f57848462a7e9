// Low-rank changes beside the weights they change: W' = W + α/r · L R (Hu et al., arXiv 2106.09685, §4.1), as a rewrite of the
// graph. In the weight's own space, so that it is one rule for MatMul, Gemm and Conv, and made of constants, so that a
// runtime folds it when it loads the file. Knows no training.
import { elements, float32, type Tensor } from '../tensor.ts';
import { type Graph, type GraphNode, namesRead, operatorOf } from './graph.ts';
import { changeBodies } from './passes/change-bodies.ts';

export interface LowRankChange {
  /** The initializer (in a file: or the output of a `Constant`) that is changed; FP32 [d₀, d₁ …]. */
  readonly weight: string;
  /** L [d₀, rank] */
  readonly left: Tensor;
  /** R [rank, d₁ · d₂ …] */
  readonly right: Tensor;
  /** α / rank */
  readonly scale: number;
}

/** A change as it stands in a graph. */
export interface PlacedChange {
  readonly weight: string;
  /** Initializers. */
  readonly left: string;
  readonly right: string;
  readonly scale: number;
  /** The value that is read in place of the weight. */
  readonly changed: string;
  readonly nodes: readonly GraphNode[];
}

/** Of the chain that makes a changed weight, in its order. */
const chain = ['MatMul', 'Mul', 'Reshape', 'Add'] as const;

/** Recognised by their form alone: MatMul(L, R) → Mul by a number → Reshape → Add to the weight. In the order of the graph. */
export function findLowRankChanges(graph: Graph): PlacedChange[] {
  const producers = graph.producers();
  const consumers = graph.consumers();
  const onlyReader = (name: string) => {
    const readers = consumers.get(name) ?? [];
    return readers.length === 1 ? readers[0]! : null;
  };
  return graph.nodes.flatMap(node => {
    const nodes = [node];
    while (nodes.length < chain.length) {
      const next = onlyReader(nodes.at(-1)!.outputs[0] ?? '');
      if (!next) return [];
      nodes.push(next);
    }
    if (nodes.some((each, i) => operatorOf(each) !== chain[i])) return [];
    const [product, scaled, shaped, sum] = nodes as [GraphNode, GraphNode, GraphNode, GraphNode];
    const [left, right] = product.inputs as [string, string];
    const [weight] = sum.inputs as [string];
    const isWeight = graph.initializers.has(weight) || producers.get(weight)?.op === 'Constant';
    const factor = graph.initializers.get(scaled.inputs[1]!);
    const isOurs =
      isMatrix(graph.initializers.get(left)) &&
      isMatrix(graph.initializers.get(right)) &&
      factor?.datatype === 'FP32' &&
      factor.shape.length === 0 &&
      scaled.inputs[0] === product.outputs[0] &&
      shaped.inputs[0] === scaled.outputs[0] &&
      graph.initializers.has(shaped.inputs[1]!) &&
      sum.inputs[1] === shaped.outputs[0] &&
      isWeight;
    if (!isOurs) return [];
    return [{ weight, left, right, scale: Number(factor.data[0]), changed: sum.outputs[0]!, nodes }];
  });
}

function isMatrix(tensor: Tensor | undefined): boolean {
  return tensor?.datatype === 'FP32' && tensor.shape.length === 2;
}

/** Everything that read the weight reads the changed one. @param shape of the weight */
export function placeLowRankChange(
  graph: Graph,
  { weight, left, right, scale }: LowRankChange,
  shape: readonly number[],
): PlacedChange {
  const named = (part: string) => graph.fresh(`${weight}.${part}`);
  const constant = (part: string, tensor: Tensor) => {
    const name = named(part);
    graph.initializers.set(name, tensor);
    return name;
  };
  const inputs = {
    left: constant('left', left),
    right: constant('right', right),
    factor: constant('scale', float32([], [scale])),
    dims: constant('shape', {
      datatype: 'INT64',
      shape: [shape.length],
      data: BigInt64Array.from(shape, BigInt),
    }),
  };
  const [product, scaled, shaped, changed] = ['product', 'scaled', 'shaped', 'changed'].map(named) as [
    string,
    string,
    string,
    string,
  ];
  const before = graph.nodes;
  graph.nodes = [];
  const nodes = [
    graph.add('MatMul', [inputs.left, inputs.right], [product]),
    graph.add('Mul', [product, inputs.factor], [scaled]),
    graph.add('Reshape', [scaled, inputs.dims], [shaped]),
    graph.add('Add', [weight, shaped], [changed]),
  ];
  const at = before.findIndex(node => namesRead(node).includes(weight));
  replaceRead(graph, before, weight, changed);
  graph.nodes = before.toSpliced(at < 0 ? before.length : at, 0, ...nodes);
  // The number as the file holds it.
  const { left: l, right: r } = inputs;
  return { weight, left: l, right: r, scale: Math.fround(scale), changed, nodes };
}

/** Everything that read the changed weight reads the weight itself again. */
export function removeLowRankChange(graph: Graph, { weight, changed, nodes }: PlacedChange): void {
  const gone = new Set(nodes);
  graph.nodes = graph.nodes.filter(node => !gone.has(node));
  replaceRead(graph, graph.nodes, changed, weight);
  const read = graph.consumers();
  for (const name of nodes.flatMap(({ inputs }) => inputs)) {
    if (name !== weight && !read.has(name)) graph.initializers.delete(name);
  }
}

/** In nested graphs too. */
function replaceRead(graph: Graph, nodes: readonly GraphNode[], before: string, after: string): void {
  for (const node of nodes) {
    node.inputs = node.inputs.map(name => (name === before ? after : name));
    if (!namesRead(node).includes(before)) continue;
    changeBodies(node, graph, body => {
      const copy = body.copy();
      replaceRead(copy, copy.nodes, before, after);
      return copy;
    });
  }
}

/** What a placed change holds. */
export function lowRankChangeOf(
  { initializers }: Pick<Graph, 'initializers'>,
  { weight, left, right, scale }: PlacedChange,
): LowRankChange {
  return { weight, left: initializers.get(left)!, right: initializers.get(right)!, scale };
}

/** The changed weight itself. Sums in float64. @param weight FP32 */
export function mergeLowRankChange(
  weight: Tensor,
  { left, right, scale }: Omit<LowRankChange, 'weight'>,
): Tensor {
  const [rows, rank] = left.shape as [number, number];
  const columns = elements(right.shape.slice(1));
  const data = Float32Array.from(weight.data as Float32Array);
  const l = left.data as Float32Array;
  const r = right.data as Float32Array;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += l[row * rank + k]! * r[k * columns + column]!;
      data[row * columns + column]! += scale * sum;
    }
  }
  return float32(weight.shape, data);
}
