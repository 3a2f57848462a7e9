// Low-rank adaptation (Hu et al., arXiv 2106.09685): frozen weights get a trained change of low rank. What a change is, and
// where it stands in a graph, is `onnx/low-rank.ts`'s; here, which there are when training begins.
import type { Random } from '../data/random.ts';
import type { Graph } from '../onnx/graph.ts';
import {
  findLowRankChanges,
  type LowRankChange,
  type PlacedChange,
  placeLowRankChange,
} from '../onnx/low-rank.ts';
import { elements, float32 } from '../tensor.ts';
import type { Parameter } from './parameters.ts';
import type { LoraOptions } from './recipe.ts';

export interface WithChanges {
  readonly graph: Graph;
  /** Those of the chosen weights, which are trained. */
  readonly trained: readonly PlacedChange[];
}

/**
 * A copy where each of these weights has a change: a weight that came with one keeps it, at its own rank, and is taught on
 * from there; the others get L ~ U(−√(3/d₀) … √(3/d₀)), R = 0, so that the model starts unchanged.
 */
export function withLowRankChanges(
  model: Graph,
  weights: readonly Parameter[],
  options: Pick<LoraOptions, 'rank' | 'alpha'>,
  random: Random,
): WithChanges {
  const graph = model.copy();
  const there = new Map(findLowRankChanges(graph).map(change => [change.weight, change]));
  const trained = weights.map(
    ({ name, shape }) =>
      there.get(name) ?? placeLowRankChange(graph, firstChange(name, shape, options, random), shape),
  );
  return { graph, trained };
}

function firstChange(
  weight: string,
  shape: readonly number[],
  { rank, alpha }: Pick<LoraOptions, 'rank' | 'alpha'>,
  random: Random,
): LowRankChange {
  const [rows, columns] = matrixOf(shape);
  const r = Math.min(rank, rows, columns);
  const bound = Math.sqrt(3 / rows);
  const start = Array.from({ length: rows * r }, () => (2 * random.uniform() - 1) * bound);
  return {
    weight,
    left: float32([rows, r], start),
    right: float32([r, columns], new Float32Array(r * columns)),
    scale: alpha / r,
  };
}

/** Numbers of a change of that rank, as a share of the weight's own. */
export function changeShare(shape: readonly number[], rank: number): number {
  const [rows, columns] = matrixOf(shape);
  return (Math.min(rank, rows, columns) * (rows + columns)) / (rows * columns);
}

function matrixOf(shape: readonly number[]): [rows: number, columns: number] {
  return [shape[0]!, elements(shape.slice(1))];
}
