// A layers model as an ONNX graph, preprocessing included, and the topology that leads back from it.
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { applyModel } from '../core/import/tfjs-layers/apply.ts';
import { GraphDraft, type Value } from '../core/import/tfjs-layers/graph-draft.ts';
import { inputsOf, parseModelTopology } from '../core/import/tfjs-layers/model-topology.ts';
import { weightsByLayer } from '../core/import/tfjs-layers/named-weights.ts';
import { float32, type Tensor } from '../core/tensor.ts';
import { parseTopology, type Preprocessing, type Topology, topologyFormat } from './topology.ts';
import { refuseUntrained } from './trained-layers.ts';

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
      `A ${model.getClassName()} model has no ONNX form here that can be trained; a Sequential one has.`,
    );
  }
  const stored: unknown = model.toJSON(null, false);
  const chain = parseModelTopology(stored);
  for (const layer of chain.layers) refuseUntrained(layer.name, layer.className, 'OperatorUnsupported');
  const sampleShape = knownSizes(inputsOf(chain)[0]!.shape);
  const draft = new GraphDraft();
  const input = draft.input(options.inputName, sampleShape, 'NCHW');
  const prepared = options.preprocessing.reduce((x, step, i) => preprocessed(draft, step, i, x), input);
  const [output] = applyModel(chain, [prepared], draft, weightsByLayer(await weightsOf(model)));
  draft.output(options.outputName, output!, 'NCHW');
  const topology = parseTopology({
    format: topologyFormat,
    layers: stored,
    preprocessing: options.preprocessing,
    weights: draft.weights,
    head: options.head,
    sampleShape,
  });
  return { file: draft.build(options.name), topology };
}

function preprocessed(draft: GraphDraft, step: Preprocessing, index: number, x: Value): Value {
  const name = `preprocessing_${index}`;
  if (step.op === 'divide') {
    return { ...x, name: draft.node('Div', [x.name, draft.constant(`${name}/by`, [], [step.by])]) };
  }
  const shape = channelsFirst(knownSizes(x.shape));
  const centred = draft.node('Sub', [x.name, draft.constant(`${name}/mean`, shape, step.mean)]);
  return { ...x, name: draft.node('Div', [centred, draft.constant(`${name}/scale`, shape, step.scale)]) };
}

async function weightsOf(model: LayersModel): Promise<Map<string, Tensor>> {
  const weights = new Map<string, Tensor>();
  for (const variable of model.weights) {
    const value = variable.read();
    weights.set(variable.originalName, float32(value.shape, new Float32Array(await value.data<'float32'>())));
  }
  return weights;
}

function knownSizes(shape: readonly (number | null)[]): number[] {
  return shape.map(size => {
    if (size === null)
      throw new HaversackError('OperatorUnsupported', 'The model has an input of free size.');
    return size;
  });
}

function channelsFirst(shape: readonly number[]): number[] {
  return shape.length === 3 ? [shape[2]!, shape[0]!, shape[1]!] : [...shape];
}
