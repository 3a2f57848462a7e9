// Makes the one file that turns a photo into an embedding, from a model of the library and the place where it is taken.
import { type Bytes, sha256 } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { type Graph, namesRead, type ValueSpec } from '../onnx/graph.ts';
import { prune } from '../train/prune.ts';
import type { Embedder, EmbeddingPoint, PhotoPreparation } from './embedder.ts';
import { libraryGraph } from './library-graph.ts';
import { photoInput, preparePhoto } from './prepare-photo.ts';
import { renameValue } from './rename-value.ts';

/** FP32 [n, width] */
export const embeddingOutput = 'embedding';

/**
 * @param preparation null: the model's own input is taken as it is (rows of numbers; a photo whose preparation is in the
 * model already)
 * @throws HaversackError `NotOnnx`, `ModelInvalid` (no such value, several inputs, an input of another size)
 */
export async function makeEmbedder(
  model: Bytes,
  point: EmbeddingPoint,
  preparation: PhotoPreparation | null,
): Promise<Embedder> {
  const graph = embedderGraph(model, point, preparation);
  const bytes = graph.toBytes();
  return { model: bytes, width: point.width, digest: await sha256(bytes) };
}

function embedderGraph(model: Bytes, point: EmbeddingPoint, preparation: PhotoPreparation | null): Graph {
  const graph = libraryGraph(model);
  if (!graph.nodes.some(({ outputs }) => outputs.includes(point.value))) {
    throw new HaversackError('ModelInvalid', `The model has no value '${point.value}'.`);
  }
  const input = onlyInputOf(graph);
  graph.outputs = [{ name: point.value, datatype: 'FP32', shape: [] }];
  prune(graph);
  dropUnreadForeign(graph);
  for (const name of [photoInput, embeddingOutput]) {
    if (name !== point.value && name !== input.name) renameValue(graph, name, graph.fresh(`model.${name}`));
  }
  summarise(graph, point);
  if (preparation) {
    const fed = freeName(graph, input);
    preparePhoto(graph, fitting(fed, preparation), preparation);
  }
  graph.name = 'embedder';
  graph.outputs = [{ name: embeddingOutput, datatype: 'FP32', shape: [-1, point.width] }];
  return graph;
}

function onlyInputOf({ inputs }: Graph): ValueSpec {
  const [input] = inputs;
  if (input && inputs.length === 1) return input;
  throw new HaversackError(
    'ModelInvalid',
    `An embedding is taken of one input; the model has ${inputs.length}.`,
  );
}

/** The model's own input may be called what the photo is. */
function freeName(graph: Graph, input: ValueSpec): ValueSpec {
  if (input.name !== photoInput) return input;
  const name = graph.fresh(`model.${photoInput}`);
  renameValue(graph, photoInput, name);
  return { ...input, name };
}

/** Means over places, and a row a sample. */
function summarise(graph: Graph, { value, pools }: EmbeddingPoint): void {
  if (value === embeddingOutput && !pools) return;
  const from = value === embeddingOutput ? graph.fresh(`model.${value}`) : value;
  if (from !== value) renameValue(graph, value, from);
  let row = from;
  if (pools) {
    row = graph.fresh('embedding.mean');
    graph.add('GlobalAveragePool', [from], [row]);
  }
  graph.add('Flatten', [row], [embeddingOutput], { attributes: { axis: { int: 1 } } });
}

/** @throws HaversackError `ModelInvalid` where what is prepared is no such input's */
function fitting(input: ValueSpec, { layout, channels, height, width }: PhotoPreparation): ValueSpec {
  const made = layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
  const wanted = input.shape.slice(1);
  const fits = wanted.length === 3 && wanted.every((size, axis) => size < 0 || size === made[axis]);
  if (fits) return input;
  throw new HaversackError(
    'ModelInvalid',
    `'${input.name}' takes [n, ${wanted.join(', ')}]; a photo was to be brought to [n, ${made.join(', ')}].`,
  );
}

/** `prune` looks at weights that have a data type of their own only. */
function dropUnreadForeign(graph: Graph): void {
  const read = new Set(graph.nodes.flatMap(namesRead));
  for (const name of graph.foreignInitializers.keys())
    if (!read.has(name)) graph.foreignInitializers.delete(name);
}
