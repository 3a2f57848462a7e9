// Whether a graph whose first dimension is free can take more than one row: many only say so.
import { HaversackError } from '../../errors.ts';
import type { Graph, ValueSpec } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/infer.ts';
import type { ImportNote } from '../notes.ts';

/** For other free dimensions: large enough for what halves an image five times. */
const guessedSize = 224;

/**
 * Fixes the first dimension of the inputs at 1 where it is free and the outputs do not follow it.
 * @returns a note of what was fixed
 */
export function settleBatch(graph: Graph): ImportNote[] {
  const isFree = ({ shape }: ValueSpec) => shape[0] === -1;
  if (!graph.inputs.some(isFree)) return [];
  const [one, two] = [rowsOf(graph, 1), rowsOf(graph, 2)];
  if (one && two && one.every((rows, i) => rows * 2 === two[i])) return [];
  const fixed = (spec: ValueSpec): ValueSpec =>
    isFree(spec) ? { ...spec, shape: [1, ...spec.shape.slice(1)] } : spec;
  const inputs = graph.inputs.filter(isFree).map(({ name }) => name);
  graph.inputs = graph.inputs.map(fixed);
  // Where only the batch was free, what comes out is known now.
  if (one)
    graph.outputs = graph.outputs.map((spec, i) => (isFree(spec) && one[i] === 1 ? fixed(spec) : spec));
  return [{ code: 'oneRow', inputs }];
}

/** First dimensions of the outputs; null where their shapes depend on more than the inputs' sizes. */
function rowsOf(graph: Graph, batch: number): number[] | null {
  const sizes = graph.inputs.map(({ name, shape }) => [
    name,
    shape.map((size, axis) => (size >= 0 ? size : axis === 0 ? batch : guessedSize)),
  ]);
  try {
    const types = inferShapes(graph, Object.fromEntries(sizes) as Record<string, number[]>);
    return graph.outputs.map(({ name }) => types.get(name)!.shape[0] ?? 0);
  } catch (error) {
    if (error instanceof HaversackError) return null;
    throw error;
  }
}
