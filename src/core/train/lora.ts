// Low-rank adaptation (Hu et al., arXiv 2106.09685): frozen weights get a trained change of low rank, as a rewrite of the
// graph, and take it in at the end. In the weight's own space, so that it is one rule for MatMul, Gemm and Conv.
import { HaversackError } from '../errors.ts';
import type { Random } from '../data/random.ts';
import type { Graph } from '../onnx/graph.ts';
import { elements, float32, type Tensor } from '../tensor.ts';
import type { Parameter } from './parameters.ts';
import type { LoraOptions } from './recipe.ts';

export interface LowRankChange {
  /** The initializer that is changed. */
  readonly weight: string;
  /** Initializers [d₀, rank] and [rank, d₁ · d₂ …] of a weight [d₀, d₁, …]. */
  readonly left: string;
  readonly right: string;
  /** alpha / rank */
  readonly scale: number;
}

// W' = W + α/r · L R,  L ~ U(−√(3/d₀)… √(3/d₀)), R = 0: the model starts unchanged.
export function addLowRankChanges(
  model: Graph,
  weights: readonly Parameter[],
  { rank, alpha }: Pick<LoraOptions, 'rank' | 'alpha'>,
  random: Random,
): { readonly graph: Graph; readonly changes: readonly LowRankChange[] } {
  const graph = model.copy();
  const changes = weights.map(({ name, shape }) => {
    const rows = shape[0]!;
    const columns = elements(shape.slice(1));
    const r = Math.min(rank, rows, columns);
    const bound = Math.sqrt(3 / rows);
    const change = { weight: name, left: graph.fresh(`${name}.left`), right: graph.fresh(`${name}.right`) };
    const start = Array.from({ length: rows * r }, () => (2 * random.uniform() - 1) * bound);
    graph.initializers.set(change.left, float32([rows, r], start));
    graph.initializers.set(change.right, float32([r, columns], new Float32Array(r * columns)));
    return { ...change, scale: alpha / r };
  });
  const nodes = graph.nodes;
  graph.nodes = [];
  const renamed = new Map(changes.map(change => [change.weight, insert(graph, change)]));
  for (const node of nodes) node.inputs = node.inputs.map(input => renamed.get(input) ?? input);
  graph.nodes.push(...nodes);
  return { graph, changes };
}

/** Adds the nodes that make the changed weight; its name. */
function insert(graph: Graph, { weight, left, right, scale }: LowRankChange): string {
  const { shape } = graph.initializers.get(weight)!;
  const product = graph.fresh(`${weight}.product`);
  const scaled = graph.fresh(`${weight}.scaled`);
  const shaped = graph.fresh(`${weight}.shaped`);
  const changed = graph.fresh(`${weight}.changed`);
  const factor = graph.fresh(`${weight}.scale`);
  const dims = graph.fresh(`${weight}.shape`);
  graph.initializers.set(factor, float32([], [scale]));
  graph.initializers.set(dims, {
    datatype: 'INT64',
    shape: [shape.length],
    data: BigInt64Array.from(shape, BigInt),
  });
  graph.add('MatMul', [left, right], [product]);
  graph.add('Mul', [product, factor], [scaled]);
  graph.add('Reshape', [scaled, dims], [shaped]);
  graph.add('Add', [weight, shaped], [changed]);
  return changed;
}

/** The changed weight itself, so that the model keeps its graph. Sums in float64. */
export function merged(weight: Tensor, left: Tensor, right: Tensor, scale: number): Tensor {
  const [rows, rank] = left.shape as [number, number];
  const columns = right.shape[1]!;
  const data = Float32Array.from(numbers(weight));
  const l = numbers(left);
  const r = numbers(right);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += l[row * rank + k]! * r[k * columns + column]!;
      data[row * columns + column]! += scale * sum;
    }
  }
  return float32(weight.shape, data);
}

function numbers({ datatype, data }: Tensor): Float32Array<ArrayBuffer> {
  if (data instanceof Float32Array) return data;
  throw new HaversackError('TrainingImpossible', `A weight is ${datatype}, only FP32 is trained.`);
}
