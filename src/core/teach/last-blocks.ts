// A finished classifier, parted for teaching its last blocks too: what prepares a photo, what stays as it is, and what learns.
import type { Bytes } from '../artifact/digest.ts';
import type { ImageShape } from '../data/augment-image.ts';
import { HaversackError } from '../errors.ts';
import type { Graph, ValueSpec } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer.ts';
import { elements } from '../tensor.ts';
import { imageShape } from '../train/augment.ts';
import { parametersOf } from '../train/parameters.ts';
import { prune } from '../train/prune.ts';
import { selectParameters } from '../train/selection.ts';
import { trainableGraph } from '../train/trainable-graph.ts';
import { probabilitiesOutput } from './compose-classifier.ts';
import { cutValues } from './cut-values.ts';
import { embeddingOutput } from './make-embedder.ts';
import { photoInput } from './prepare-photo.ts';

/**
 * Of the embedder's weights, what learns holds so many at least. The later a layer, the more its filters are of what the model
 * was made for, and the less of anything else (Yosinski et al., "How transferable are features in deep neural networks?",
 * arXiv 1411.1792); the last half of the weights is a quarter of the work or less, for there the maps are small.
 */
const leastShare = 0.5;

export interface PartedClassifier {
  /** `photo` UINT8 [n, height, width, 3] → `image`: FP32 [n, …], the picture at the model's size, not yet scaled. */
  readonly prepare: Graph;
  readonly image: ValueSpec;
  /** Of one sample. */
  readonly imageShape: ImageShape;
  /** `image` → `boundary`: nothing of it learns. */
  readonly frozen: Graph;
  /** FP32 [−1, …] */
  readonly boundary: ValueSpec;
  /** `boundary` → `probabilities`. */
  readonly rest: Graph;
  /** Names of the weights and biases that learn, in `rest` and in the file: those of blocks, … */
  readonly blocks: readonly string[];
  /** … and the head's. */
  readonly head: readonly string[];
  /** How much of the embedder's weights the blocks hold, 0 to 1. */
  readonly share: number;
}

/**
 * Blocks begin at bottlenecks: values through which everything passes. Of those behind which at least half of the embedder's
 * weights lie, the last one is taken. Norms do not learn: what the model knows of its data's spread is better than what a few
 * photos say.
 * @param file of `composeClassifier`
 * @throws HaversackError `TrainingImpossible` where it takes no photos, or none but one at a time, or has no float32 weights
 */
export function partClassifier(file: Bytes): PartedClassifier {
  const graph = trainableGraph(file);
  prune(graph);
  const places = placesOf(graph);
  const image = imageOf(places);
  const end = places.findIndex(({ name }) => name === embeddingOutput);
  const candidates = places.slice(places.indexOf(image) + 1, end);
  const whole = countOf(learning(graph, image.spec));
  const chosen =
    candidates.findLast(({ spec }) => countOf(learning(graph, spec)) >= leastShare * whole) ?? image;
  const blocks = learning(graph, chosen.spec);
  if (blocks.length === 0) {
    throw new HaversackError(
      'TrainingImpossible',
      'The model that sees has no float32 weights that could learn.',
    );
  }
  const rest = between(graph, chosen.spec, outputOf(graph));
  return {
    prepare: between(graph, null, image.spec),
    image: image.spec,
    imageShape: imageShape([1, ...image.spec.shape.slice(1)])!,
    frozen: between(graph, image.spec, chosen.spec),
    boundary: chosen.spec,
    rest,
    blocks: blocks.map(({ name }) => name),
    head: selectParameters(rest, { scope: 'head' }).map(({ name }) => name),
    share: countOf(blocks) / whole,
  };
}

interface Place {
  readonly name: string;
  readonly spec: ValueSpec;
}

/**
 * Rows and photo sides to tell by which sizes follow the photo's, and which the number of photos. Smaller than any model's: a
 * photo that is larger is first shrunk by whole pixels, to sides that may happen to be alike.
 */
const probes = [
  [2, 5, 5, 3],
  [3, 7, 7, 3],
];

/** Bottlenecks with a row a photo whose sizes are the same for every photo, in the order of the graph. */
function placesOf(graph: Graph): Place[] {
  if (!graph.inputs.some(({ name }) => name === photoInput)) {
    throw new HaversackError('TrainingImpossible', 'It takes no photos.');
  }
  const [types, others] = probes.map(shape => typesFor(graph, shape)) as [Types, Types];
  return cutValues(graph).flatMap(({ name }) => {
    const { datatype, shape } = types.get(name)!;
    const isFixed = others.get(name)!.shape.join() === [probes[1]![0], ...shape.slice(1)].join();
    if (datatype !== 'FP32' || shape[0] !== probes[0]![0] || !isFixed) return [];
    return [{ name, spec: { name, datatype, shape: [-1, ...shape.slice(1)] } }];
  });
}

type Types = ReturnType<typeof inferShapes>;

function typesFor(graph: Graph, photo: readonly number[]): Types {
  try {
    return inferShapes(graph, { [photoInput]: photo });
  } catch (cause) {
    throw new HaversackError(
      'TrainingImpossible',
      'The model that sees takes one picture at a time; to learn it has to take several.',
      { cause },
    );
  }
}

/** The first that is a picture. */
function imageOf(places: readonly Place[]): Place {
  const found = places.find(({ spec }) => imageShape([1, ...spec.shape.slice(1)]));
  if (found) return found;
  throw new HaversackError('TrainingImpossible', 'Nowhere in it is a photo brought to one size.');
}

/** Weights and biases between a value and the embedding. */
function learning(graph: Graph, from: ValueSpec) {
  const end = { name: embeddingOutput, datatype: 'FP32' as const, shape: [] };
  const parameters = parametersOf(between(graph, from, end));
  return parameters.filter(({ kind }) => kind === 'weight' || kind === 'bias');
}

function countOf(parameters: readonly { readonly shape: readonly number[] }[]): number {
  return parameters.reduce((sum, { shape }) => sum + elements(shape), 0);
}

function outputOf(graph: Graph): ValueSpec {
  return graph.outputs.find(({ name }) => name === probabilitiesOutput)!;
}

/** @param from null: from the graph's own input */
function between(graph: Graph, from: ValueSpec | null, to: ValueSpec): Graph {
  const part = graph.copy();
  if (from) part.inputs = [from];
  part.outputs = [to];
  prune(part);
  return part;
}
