// The beginning of a model up to an embedding point, for any number of samples where it can be, and for the size that they
// are brought to.
import { HaversackError } from '../errors.ts';
import { type Graph, namesRead } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer.ts';
import { freeBatch } from '../train/free-batch.ts';
import { prune } from '../train/prune.ts';
import type { EmbeddingPoint } from './embedder.ts';
import { libraryGraph } from './library-graph.ts';
import type { Bytes } from '../artifact/digest.ts';

export interface Prefix {
  /** One input, whose shape says the size; one output, the point's value. */
  readonly graph: Graph;
  /** How many samples it takes at once: −1 for any number, 1 where the model was written for one at a time. */
  readonly rows: -1 | 1;
}

/**
 * @param sample the shape of one sample; it may be another than the model says where all that follows goes with it, as
 * convolutions do. Null: as the model says.
 * @throws HaversackError `NotOnnx`, `ModelInvalid` (several inputs, no such value, a sample that does not fit)
 */
export function prefixOf(model: Bytes, point: EmbeddingPoint, sample: readonly number[] | null): Prefix {
  const whole = libraryGraph(model);
  if (!whole.nodes.some(({ outputs }) => outputs.includes(point.value))) {
    throw new HaversackError('ModelInvalid', `The model has no value '${point.value}'.`);
  }
  const [input, ...others] = whole.inputs;
  if (!input || others.length > 0) {
    throw new HaversackError(
      'ModelInvalid',
      `An embedding is taken of one input, not of ${whole.inputs.length}.`,
    );
  }
  whole.outputs = [{ name: point.value, datatype: 'FP32', shape: [] }];
  prune(whole);
  dropUnreadForeign(whole);
  const shape = sample ?? input.shape.slice(1);
  const free = freeBatch(whole);
  const rows = giveWidth(free, shape, point, 2) ? -1 : giveWidth(whole, shape, point, 1) ? 1 : null;
  const graph = rows === 1 ? whole : free;
  const asMade = input.shape.slice(1);
  if (rows === null && !fits(asMade, shape)) {
    const [wanted, got] = [asMade, shape].map(sizes => `[n, ${sizes.join(', ')}]`) as [string, string];
    throw new HaversackError(
      'ModelInvalid',
      `'${input.name}' takes ${wanted}; a photo was to be brought to ${got}.`,
    );
  }
  graph.inputs = [{ ...input, shape: [rows ?? -1, ...shape] }];
  return { graph, rows: rows ?? -1 };
}

function fits(wanted: readonly number[], got: readonly number[]): boolean {
  return wanted.length === got.length && wanted.every((size, axis) => size < 0 || size === got[axis]);
}

/** False too where nothing tells shapes: the size must then be the model's own. */
function giveWidth(graph: Graph, sample: readonly number[], point: EmbeddingPoint, rows: number): boolean {
  const [input] = graph.inputs;
  const copy = graph.copy();
  copy.inputs = [{ ...input!, shape: [rows, ...sample] }];
  try {
    const { shape } = inferShapes(copy).get(point.value)!;
    const width = point.pools ? shape[1] : shape.slice(1).reduce((product, size) => product * size, 1);
    return shape[0] === rows && width === point.width;
  } catch (thrown) {
    if (thrown instanceof HaversackError) return false;
    throw thrown;
  }
}

/** `prune` looks at weights of the tensors' own datatypes only. */
function dropUnreadForeign(graph: Graph): void {
  const read = new Set(graph.nodes.flatMap(namesRead));
  for (const name of [...graph.foreignInitializers.keys()]) {
    if (!read.has(name)) graph.foreignInitializers.delete(name);
  }
}
