// A layers model as an ONNX graph, preprocessing included, and the topology that leads back from it.
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { GraphDraft } from './graph-draft.ts';
import { addLayer, type LayerFacts } from './layer-rules.ts';
import type { Weight } from './layouts.ts';
import { parseTopology, type Preprocessing, type Topology, topologyFormat } from './topology.ts';

type Layer = layers.Layer;

export interface ToOnnxOptions {
  readonly name: string;
  readonly inputName: string;
  readonly outputName: string;
  readonly preprocessing: readonly Preprocessing[];
  /** Names of the last layers, which `head` trains. */
  readonly head: readonly string[];
}

/**
 * The graph reads FP32 [batch, features], or [batch, channels, height, width] where the model has images.
 * @throws HaversackError `OperatorUnsupported` naming the layer.
 */
export async function toOnnx(
  model: LayersModel,
  options: ToOnnxOptions,
): Promise<{ file: Bytes; topology: Topology }> {
  if (model.getClassName() !== 'Sequential') {
    throw new HaversackError(
      'OperatorUnsupported',
      `A ${model.getClassName()} model has no ONNX form here; a Sequential one has.`,
    );
  }
  const sampleShape = sizes(model.layers[0]!.batchInputShape);
  const draft = new GraphDraft(options.inputName);
  for (const [i, step] of options.preprocessing.entries()) addPreprocessing(draft, step, i, sampleShape);
  for (const layer of model.layers) addLayer(await factsOf(layer), draft);
  const outputShape = sizes(model.layers.at(-1)!.outputShape);
  const file = draft.build({
    name: options.name,
    inputName: options.inputName,
    inputShape: channelsFirst(sampleShape),
    outputName: options.outputName,
    outputShape: channelsFirst(outputShape),
  });
  const topology = parseTopology({
    format: topologyFormat,
    layers: model.toJSON(null, false),
    preprocessing: options.preprocessing,
    weights: draft.weights,
    head: options.head,
    sampleShape,
  });
  return { file, topology };
}

function addPreprocessing(
  draft: GraphDraft,
  step: Preprocessing,
  index: number,
  sampleShape: readonly number[],
): void {
  const name = `preprocessing_${index}`;
  if (step.op === 'divide') {
    draft.node('Div', [draft.constant(`${name}/by`, [], [step.by])]);
    return;
  }
  const shape = channelsFirst(sampleShape);
  draft.node('Sub', [draft.constant(`${name}/mean`, shape, step.mean)]);
  draft.node('Div', [draft.constant(`${name}/scale`, shape, step.scale)]);
}

async function factsOf(layer: Layer): Promise<LayerFacts> {
  const weights = new Map<string, Weight>();
  for (const variable of layer.weights) {
    const value = variable.read();
    const data = new Float32Array(await value.data<'float32'>());
    weights.set(variable.originalName.slice(layer.name.length + 1), { shape: value.shape, data });
  }
  return {
    name: layer.name,
    className: layer.getClassName(),
    config: layer.getConfig(),
    inputShape: sizes(Array.isArray(layer.input) ? layer.input[0]!.shape : layer.input.shape),
    weights,
  };
}

/** A shape of known sizes without the batch. */
function sizes(shape: unknown): number[] {
  const [, ...rest] = shape as (number | null)[];
  return rest.map(size => {
    if (size === null)
      throw new HaversackError('OperatorUnsupported', 'A layer has a dimension of free size.');
    return size;
  });
}

function channelsFirst(shape: readonly number[]): number[] {
  return shape.length === 3 ? [shape[2]!, shape[0]!, shape[1]!] : [...shape];
}
