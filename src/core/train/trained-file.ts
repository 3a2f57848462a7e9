// A model with what training ended with: the file as it was, where it can take that in place.
import type { Bytes } from '../artifact/digest.ts';
import { Graph } from '../onnx/graph.ts';
import { tensorLayout } from '../onnx/layout.ts';
import {
  findLowRankChanges,
  type LowRankChange,
  type PlacedChange,
  placeLowRankChange,
  removeLowRankChange,
} from '../onnx/low-rank.ts';
import { patchInitializers } from '../onnx/patch.ts';
import type { Tensor } from '../tensor.ts';
import type { Learnt } from './learnt.ts';
import { trainableGraph } from './trainable-graph.ts';

/**
 * Where every weight lies in the file as one run of bytes, everything around them stays, so that only the chunks that
 * hold them change; low-rank changes are added beside them, or go, and every other weight keeps its bytes. Else (weights
 * stored as lists of numbers) it is the graph that was trained.
 * @throws HaversackError `NotOnnx`, `ModelInvalid`, `OperatorUnsupported`
 */
export function trainedFile(file: Bytes, { weights, changes }: Learnt): Bytes {
  const places = new Map(tensorLayout(file).map(place => [place.name, place]));
  const isInPlace = ([name, { datatype, shape }]: readonly [string, Tensor]) => {
    const place = places.get(name);
    return place?.datatype === datatype && place.dims.join() === shape.join();
  };
  const shapes = new Map(Array.from(places, ([name, { dims }]) => [name, dims]));
  if ([...weights].every(isInPlace) && changes.every(({ weight }) => shapes.has(weight))) {
    return withChanges(patchInitializers(file, weights), changes, shapes);
  }
  const graph = trainableGraph(file);
  for (const [name, tensor] of weights) graph.initializers.set(name, tensor);
  const graphShapes = new Map(Array.from(graph.initializers, ([name, { shape }]) => [name, shape]));
  return withChanges(graph.toBytes(), changes, graphShapes);
}

/** @param shapes of the weights */
function withChanges(
  file: Bytes,
  changes: readonly LowRankChange[],
  shapes: ReadonlyMap<string, readonly number[]>,
): Bytes {
  const graph = Graph.read(file);
  const wanted = new Map(changes.map(change => [change.weight, change]));
  const values = new Map<string, Tensor>();
  const stale = findLowRankChanges(graph).filter(placed => {
    const change = wanted.get(placed.weight);
    if (!change || !isOfItsForm(graph, placed, change)) return true;
    wanted.delete(placed.weight);
    values.set(placed.left, change.left).set(placed.right, change.right);
    return false;
  });
  if (stale.length + wanted.size === 0) return values.size === 0 ? file : patchInitializers(file, values);
  for (const placed of stale) removeLowRankChange(graph, placed);
  for (const change of wanted.values()) placeLowRankChange(graph, change, shapes.get(change.weight)!);
  for (const [name, tensor] of values) graph.initializers.set(name, tensor);
  return graph.toBytes();
}

/** Whether it differs by its numbers only. */
function isOfItsForm(
  { initializers }: Graph,
  { left, right, scale }: PlacedChange,
  change: LowRankChange,
): boolean {
  return (
    Math.fround(change.scale) === scale &&
    initializers.get(left)!.shape.join() === change.left.shape.join() &&
    initializers.get(right)!.shape.join() === change.right.shape.join()
  );
}
