// Where in a model of the library an embedding may be taken, and which of those places is proposed.
import type { Bytes } from '../artifact/digest.ts';
import { type Graph, type GraphNode, operatorOf, type ValueSpec } from '../onnx/graph.ts';
import { PartialTypes } from '../onnx/partial-types.ts';
import { arrays } from '../tensor-bytes.ts';
import { elements } from '../tensor.ts';
import { prune } from '../train/prune.ts';
import { cutValues } from './cut-values.ts';
import type { EmbeddingPoint } from './embedder.ts';
import { libraryGraph } from './library-graph.ts';

/** Fewer numbers say too little of what was seen, more are a picture still. */
const narrowest = 8;
const widest = 16_384;
/** Besides the places behind the convolutions, so many of the feature maps, the deepest. */
const mostMaps = 4;

/**
 * The proposed one first; empty for a model that takes neither images nor rows of numbers in one input, or that has no such
 * place. In this order, within 1 and 2 the latest first:
 *
 * 1. pooled over all places (GlobalAveragePool, and what comes to the same);
 * 2. what a dense layer reads, and an output that is no class's (an embedding already, or a pose);
 * 3. feature maps, whose mean is still to be taken, the smallest first, of each size the last.
 *
 * Only values through which everything passes count: inside a branch (squeeze and excitation pools too) part of what was
 * seen is missing. The one exception is the smallest feature map.
 * @param labels of the model's classes; an output as wide as they are many is no embedding
 * @throws HaversackError `NotOnnx`, `ModelInvalid`
 */
export function embeddingPoints(model: Bytes, labels: readonly string[] | null = null): EmbeddingPoint[] {
  const graph = libraryGraph(model);
  prune(graph);
  if (!isLookedAt(graph)) return [];
  const values = candidates(graph, labels?.length ?? null);
  const bytes = prefixBytes(graph);
  // What no weight has touched is the input still.
  const seen = values.filter(({ place }) => bytes[place]! > 0);
  return seen.map(({ value, width, pools, place }) => {
    return { value, width, pools, share: bytes[place]! / bytes.at(-1)! };
  });
}

/** One input: images, in floats or bytes, or rows of numbers. */
function isLookedAt({ inputs }: Graph): boolean {
  const [input] = inputs;
  if (!input || inputs.length !== 1) return false;
  return input.shape.length === 2 ? input.datatype === 'FP32' : isImage(input);
}

const imageChannels: readonly number[] = [1, 3];

export function isImage({ shape }: Pick<ValueSpec, 'shape'>): boolean {
  return shape.length === 4 && [shape[1], shape[3]].some(size => imageChannels.includes(size ?? 0));
}

type Kind = 'pooled' | 'vector' | 'map';

interface Candidate {
  readonly value: string;
  readonly place: number;
  readonly width: number;
  readonly pools: boolean;
  readonly kind: Kind;
}

function candidates(graph: Graph, classes: number | null): Candidate[] {
  const types = new PartialTypes(graph);
  const context: Context = { graph, types, classes, consumers: graph.consumers() };
  const producers = graph.producers();
  const ofCuts = cutValues(graph).flatMap(({ name, place }) => {
    return candidate(context, name, place, producers.get(name)!) ?? [];
  });
  const latest = withoutRepeats(ofCuts, producers).reverse();
  return [
    ...latest.filter(({ kind }) => kind === 'pooled'),
    ...latest.filter(({ kind }) => kind === 'vector'),
    ...deepestFirst(
      context,
      latest.filter(({ kind }) => kind === 'map'),
    ),
  ];
}

interface Context {
  readonly graph: Graph;
  readonly types: PartialTypes;
  readonly classes: number | null;
  readonly consumers: ReadonlyMap<string, readonly GraphNode[]>;
}

/** Null for what has no fixed number of numbers a sample, too few or too many. */
function candidate(context: Context, value: string, place: number, node: GraphNode): Candidate | null {
  const shape = context.types.shape(value);
  if (context.types.type(value)?.datatype !== 'FP32' || !shape) return null;
  const isMap = shape.length === 4 && !isOnePlace(shape) && !isPoints(context, value, shape);
  // Laid out for others, channels last perhaps.
  if (isMap && layouts.has(operatorOf(node))) return null;
  const width = isMap ? shape[1]! : elements(shape.slice(1));
  if (shape.length < 2 || !shape.slice(1).every((size, axis) => size > 0 || (isMap && axis > 0))) return null;
  if (width < narrowest || width > widest) return null;
  if (isMap) return { value, place, width, pools: true, kind: 'map' };
  const isPooled = poolings.has(operatorOf(node)) && wasMap(context, node);
  if (!isPooled && !isVector(context, value, node, width)) return null;
  return { value, place, width, pools: false, kind: isPooled ? 'pooled' : 'vector' };
}

/** Of the model's answers: points, such as a pose's, [n, 1, points, ≤ 4] with each one's place and how sure it is. */
function isPoints(
  { graph }: Context,
  value: string,
  [, channels, points, numbers]: readonly number[],
): boolean {
  const isOutput = graph.outputs.some(({ name }) => name === value);
  return isOutput && channels === 1 && points! > numbers! && numbers! > 1 && numbers! <= 4;
}

function isOnePlace(shape: readonly number[]): boolean {
  return shape.slice(2).every(size => size === 1);
}

const poolings: ReadonlySet<string> = new Set([
  'GlobalAveragePool',
  'GlobalMaxPool',
  'GlobalLpPool',
  'AveragePool',
  'MaxPool',
  'ReduceMean',
  'ReduceMax',
]);

function wasMap({ types }: Context, { inputs }: GraphNode): boolean {
  const shape = types.shape(inputs[0]!);
  return shape?.length === 4 && !isOnePlace(shape);
}

const denseLayers: ReadonlySet<string> = new Set(['Gemm', 'MatMul', 'Conv']);
/** What makes answers of numbers. */
const answering: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Sigmoid', 'HardSigmoid']);

/** Read by a dense layer (a 1 × 1 convolution over one place is one), perhaps laid out anew before; or an output. */
function isVector(context: Context, value: string, node: GraphNode, width: number): boolean {
  if (answering.has(operatorOf(node))) return false;
  const readers = context.consumers.get(value) ?? [];
  const isOutput = context.graph.outputs.some(({ name }) => name === value);
  if (isOutput) return context.classes !== width && readers.length === 0;
  return readers.some(reader => {
    if (denseLayers.has(operatorOf(reader))) return true;
    return layouts.has(operatorOf(reader)) && isVector(context, reader.outputs[0]!, reader, width);
  });
}

/** The same numbers, in another order or none. */
const layouts: ReadonlySet<string> = new Set([
  'Flatten',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Dropout',
  'Transpose',
]);

/** Of values that are only laid out anew after each other, the first: [n, c, 1, 1] before [n, c]. */
function withoutRepeats(
  inOrder: readonly Candidate[],
  producers: ReadonlyMap<string, GraphNode>,
): Candidate[] {
  const widths = new Map<string, number>();
  return inOrder.filter(({ value, width, pools }) => {
    const node = producers.get(value)!;
    const isRepeat = !pools && layouts.has(operatorOf(node)) && widths.get(node.inputs[0]!) === width;
    if (!pools) widths.set(value, width);
    return !isRepeat;
  });
}

/**
 * The smallest first, of each size the last. Where a detector's trunk ends its heads have branched off already: the smallest
 * map is there too, though not everything passes through it.
 */
function deepestFirst(context: Context, cuts: readonly Candidate[]): Candidate[] {
  // Free sizes are guessed, all alike.
  const area = ({ value }: Candidate) => elements(context.types.type(value)!.shape.slice(2));
  const all = context.graph.nodes
    .flatMap((node, place) => node.outputs.flatMap(name => candidate(context, name, place, node) ?? []))
    .filter(({ kind }) => kind === 'map')
    .sort((a, b) => area(a) - area(b) || b.width - a.width || b.place - a.place);
  const [deepest] = all;
  const isDeeper = deepest && cuts.every(cut => area(cut) > area(deepest));
  const seen = new Set<number>();
  return [...(isDeeper ? [deepest] : []), ...cuts]
    .sort((a, b) => area(a) - area(b) || b.place - a.place)
    .filter(each => !seen.has(area(each)) && seen.add(area(each)))
    .slice(0, mostMaps);
}

/** Means, scales, sizes and axes have fewer elements than a layer's weight. */
const fewest = 32;

/** Of each node: bytes of the weights that it and the nodes before it read. */
function prefixBytes(graph: Graph): number[] {
  const seen = new Set<string>();
  let sum = 0;
  return graph.nodes.map(node => {
    for (const name of node.inputs) {
      const weight = graph.initializers.get(name);
      if (!weight || seen.has(name) || elements(weight.shape) < fewest) continue;
      seen.add(name);
      const bytes = weight.datatype === 'BYTES' ? 0 : arrays[weight.datatype].BYTES_PER_ELEMENT;
      sum += elements(weight.shape) * bytes;
    }
    return sum;
  });
}
