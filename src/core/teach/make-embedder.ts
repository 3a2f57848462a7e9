// Makes the one file that turns a photo or a sound into an embedding, from a model of the library and the place where it is taken.
import { type Bytes, sha256 } from '../artifact/digest.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Embedder, EmbeddingPoint, PhotoPreparation } from './embedder.ts';
import { prefixOf } from './prefix-of.ts';
import { photoInput, preparePhoto } from './prepare-photo.ts';
import { prepareSound } from './prepare-sound.ts';
import { renameValue } from './rename-value.ts';
import type { ShownKind } from './shown-kind.ts';
import { rowInput } from './row-input.ts';
import { soundInput } from './sound-preparation.ts';

/** FP32 [n, width] */
export const embeddingOutput = 'embedding';

/**
 * A model that was written for one sample at a time gives an embedder that takes one photo at a time (its input is then
 * UINT8 [1, height, width, 3]).
 * @param preparation of any height and width that the beginning of the model goes with; null: the model's own input is
 * taken as it is (rows of numbers, then called `row`; a photo or a sound whose preparation is in the model already)
 * @param kind what is prepared
 * @throws HaversackError `NotOnnx`, `ModelInvalid` (no such value, several inputs, an input of another size)
 */
export async function makeEmbedder(
  model: Bytes,
  point: EmbeddingPoint,
  preparation: PhotoPreparation | null,
  kind: ShownKind = 'photo',
): Promise<Embedder> {
  const graph = embedderGraph(model, point, kind === 'row' ? null : preparation && { preparation, kind });
  if (kind === 'row') nameRow(graph);
  const bytes = graph.toBytes();
  return { model: bytes, width: point.width, digest: await sha256(bytes) };
}

const stages = {
  photo: { input: photoInput, prepare: preparePhoto },
  sound: { input: soundInput, prepare: prepareSound },
} as const;

interface Stage {
  readonly preparation: PhotoPreparation;
  readonly kind: Exclude<ShownKind, 'row'>;
}

function embedderGraph(model: Bytes, point: EmbeddingPoint, stage: Stage | null): Graph {
  const { graph, rows } = prefixOf(model, point, stage && sampleShape(stage.preparation));
  // Names of ours that the model uses for something else.
  const own = stage ? [stages[stage.kind].input, embeddingOutput] : [embeddingOutput];
  const renamed = new Map(own.map(name => [name, graph.fresh(`model.${name}`)]));
  for (const [from, to] of renamed) renameValue(graph, from, to);
  summarise(graph, { ...point, value: renamed.get(point.value) ?? point.value });
  const [input] = graph.inputs;
  if (stage) stages[stage.kind].prepare(graph, input!, stage.preparation);
  graph.inputs = graph.inputs.map(spec => ({ ...spec, shape: spec.shape.with(0, rows) }));
  graph.name = 'embedder';
  graph.outputs = [{ name: embeddingOutput, datatype: 'FP32', shape: [rows, point.width] }];
  return graph;
}

/** So that what is asked is called alike, whatever embeds it: another version may be embedded by another. */
function nameRow(graph: Graph): void {
  const [input] = graph.inputs;
  if (input!.name === rowInput) return;
  renameValue(graph, rowInput, graph.fresh(`model.${rowInput}`));
  renameValue(graph, input!.name, rowInput);
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
