// Makes the one file that turns a photo into an embedding, from a model of the library and the place where it is taken.
import { type Bytes, sha256 } from '../artifact/digest.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Embedder, EmbeddingPoint, PhotoPreparation } from './embedder.ts';
import { photoInput, preparePhoto } from './prepare-photo.ts';
import { prefixOf } from './prefix-of.ts';
import { renameValue } from './rename-value.ts';

/** FP32 [n, width] */
export const embeddingOutput = 'embedding';

/**
 * A model that was written for one sample at a time gives an embedder that takes one photo at a time (its input is then
 * UINT8 [1, height, width, 3]).
 * @param preparation of any height and width that the beginning of the model goes with; null: the model's own input is
 * taken as it is (rows of numbers; a photo whose preparation is in the model already)
 * @throws HaversackError `NotOnnx`, `ModelInvalid` (no such value, several inputs, an input of another size)
 */
export async function makeEmbedder(
  model: Bytes,
  point: EmbeddingPoint,
  preparation: PhotoPreparation | null,
): Promise<Embedder> {
  const bytes = embedderGraph(model, point, preparation).toBytes();
  return { model: bytes, width: point.width, digest: await sha256(bytes) };
}

function embedderGraph(model: Bytes, point: EmbeddingPoint, preparation: PhotoPreparation | null): Graph {
  const { graph, rows } = prefixOf(model, point, preparation && sampleShape(preparation));
  // Names of ours that the model uses for something else.
  const own = preparation ? [photoInput, embeddingOutput] : [embeddingOutput];
  const renamed = new Map(own.map(name => [name, graph.fresh(`model.${name}`)]));
  for (const [from, to] of renamed) renameValue(graph, from, to);
  summarise(graph, { ...point, value: renamed.get(point.value) ?? point.value });
  const [input] = graph.inputs;
  if (preparation) preparePhoto(graph, input!, preparation);
  graph.inputs = graph.inputs.map(spec => ({ ...spec, shape: spec.shape.with(0, rows) }));
  graph.name = 'embedder';
  graph.outputs = [{ name: embeddingOutput, datatype: 'FP32', shape: [rows, point.width] }];
  return graph;
}

function sampleShape({ layout, channels, height, width }: PhotoPreparation): number[] {
  return layout === 'NCHW' ? [channels, height, width] : [height, width, channels];
}

/** Means over places, and a row a sample. */
function summarise(graph: Graph, { value, pools }: EmbeddingPoint): void {
  let row = value;
  if (pools) {
    row = graph.fresh('embedding.mean');
    graph.add('GlobalAveragePool', [value], [row]);
  }
  graph.add('Flatten', [row], [embeddingOutput], { attributes: { axis: { int: 1 } } });
}
