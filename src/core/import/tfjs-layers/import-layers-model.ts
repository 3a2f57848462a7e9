// A layers model of TensorFlow.js as ONNX: `model.json` and the shards that it names, whoever wrote them.
import type { ModelInterface } from '../../artifact/interface.ts';
import { inspectModel } from '../../onnx/inspect.ts';
import { interfaceOf } from '../../onnx/interface.ts';
import type { Imported, ImportFile } from '../imported.ts';
import { withPixels } from '../pixels.ts';
import { quantizationNotes, readWeights } from '../tfjs-weights.ts';
import { applyModel } from './apply.ts';
import { GraphDraft } from './graph-draft.ts';
import { readModelJson } from './model-json.ts';
import { inputsOf, type LayerNode, type ModelTopology } from './model-topology.ts';
import { weightsByLayer } from './named-weights.ts';

/**
 * Images stay NHWC at the border, under the names that TensorFlow.js gives inputs and outputs.
 * @param json the `model.json`, which may have another name
 * @param files among them its shards
 * @throws HaversackError `ImportImpossible`, `ExternalDataMissing`, `OperatorUnsupported` naming the layer
 */
export function importLayersModel(json: ImportFile, files: readonly ImportFile[]): Imported {
  const { topology, manifest } = readModelJson(json);
  const folder = json.path.slice(0, json.path.lastIndexOf('/') + 1);
  const weights = weightsByLayer(readWeights(manifest, files, folder));
  const draft = new GraphDraft();
  const inputs = inputsOf(topology).map(({ name, shape, isInteger }) =>
    draft.input(name, shape, 'NHWC', isInteger ? 'INT32' : 'FP32'),
  );
  const outputs = applyModel(topology, inputs, draft, weights);
  outputNames(topology).forEach((name, i) => draft.output(name, outputs[i]!, 'NHWC'));
  const model = draft.build(topology.name);
  return {
    format: 'tfjs-layers',
    model,
    interface: withPixelRange(interfaceOf(inspectModel(model)), topology),
    labels: null,
    notes: quantizationNotes(manifest),
  };
}

/** TensorFlow.js names outputs by the layers that make them; one that comes twice is numbered. */
function outputNames(model: ModelTopology): string[] {
  const last = model.isChain ? [model.layers.at(-1)!.name] : model.outputs.map(({ layer }) => layer);
  return last.map((name, i) => (last.indexOf(name) === i ? name : `${name}_${i}`));
}

/** A model that begins with `Rescaling` takes bytes as they are; of others nobody said what its pixels are. */
function withPixelRange(read: ModelInterface, topology: ModelTopology): ModelInterface {
  if (firstWorking(topology)?.className !== 'Rescaling') return read;
  return withPixels(read, [0, 255]) ?? read;
}

/** The first layer of a chain that does something. */
function firstWorking(model: ModelTopology): LayerNode | undefined {
  if (!model.isChain) return undefined;
  const first = model.layers.find(({ className }) => className !== 'InputLayer');
  return first?.model ? firstWorking(first.model) : first;
}
