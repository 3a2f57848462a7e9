// What a model has learnt, apart from the file that it goes into (`trained-file.ts`).
import type { Graph } from '../onnx/graph.ts';
import {
  findLowRankChanges,
  type LowRankChange,
  lowRankChangeOf,
  mergeLowRankChange,
} from '../onnx/low-rank.ts';
import type { Tensor } from '../tensor.ts';
import type { LoraOptions } from './recipe.ts';

export interface Learnt {
  /** New values by initializer name of the parent's graph, in the graph's layout. Those that did not change are absent. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** All low-rank changes that the model ends with, those that it came with included. */
  readonly changes: readonly LowRankChange[];
}

/**
 * Of a graph's changes, by what it ended with: `delta` leaves them beside the weights, `merged` adds every one of them to
 * its weight.
 * @param ended by initializer of `graph`
 */
export function learntOf(
  graph: Graph,
  ended: ReadonlyMap<string, Tensor>,
  keep: NonNullable<LoraOptions['keep']>,
): Learnt {
  const placed = findLowRankChanges(graph);
  const initializers = new Map([...graph.initializers, ...ended]);
  const changes = placed.map(change => lowRankChangeOf({ initializers }, change));
  const weights = new Map(ended);
  for (const { left, right } of placed) for (const name of [left, right]) weights.delete(name);
  if (keep === 'delta') return { weights, changes };
  for (const change of changes) {
    weights.set(change.weight, mergeLowRankChange(initializers.get(change.weight)!, change));
  }
  return { weights, changes: [] };
}
