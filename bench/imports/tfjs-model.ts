// A graph model in TensorFlow.js, out of memory: the reference of the import, and its peer.
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import type { TensorMap } from '../../src/core/tensor.ts';
import type { Answer } from './answers.ts';

interface ModelJson {
  readonly modelTopology: tf.io.ModelArtifacts['modelTopology'];
  readonly weightsManifest: tf.io.WeightsManifestConfig;
  readonly signature?: object;
  readonly userDefinedMetadata?: tf.io.ModelArtifacts['userDefinedMetadata'];
}

/** @param shards joined, in the order that `model.json` names them */
export function openGraphModel(
  modelJson: Uint8Array<ArrayBuffer>,
  shards: Uint8Array<ArrayBuffer>,
): Promise<GraphModel> {
  const json = JSON.parse(new TextDecoder().decode(modelJson)) as ModelJson;
  const { modelTopology, signature, userDefinedMetadata } = json;
  const artifacts: tf.io.ModelArtifacts = {
    format: 'graph-model',
    ...(modelTopology && { modelTopology }),
    weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights),
    weightData: shards.slice().buffer,
    ...(signature && { signature }),
    ...(userDefinedMetadata && { userDefinedMetadata }),
  };
  return loadGraphModel(tf.io.fromMemory(artifacts));
}

/** @param outputs by the names that the import gives them, which are those of the nodes */
export async function answersOf(
  model: GraphModel,
  feeds: TensorMap,
  outputs: readonly string[],
): Promise<Map<string, Answer>> {
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([name, { datatype, shape, data }]) => {
      const isFloat = datatype === 'FP32';
      const numbers = isFloat ? (data as Float32Array) : Int32Array.from(data as Uint8Array);
      const type = isFloat ? 'float32' : datatype === 'BOOL' ? 'bool' : 'int32';
      return [name, tf.tensor(numbers, [...shape], type)];
    }),
  );
  const results = await run(model, inputs, [...outputs]);
  const all = Array.isArray(results) ? results : [results];
  const answers = new Map<string, Answer>();
  for (const [i, tensor] of all.entries()) {
    answers.set(outputs[i]!, { shape: tensor.shape, data: await tensor.data<'float32'>() });
  }
  tf.dispose([inputs, all]);
  return answers;
}

/** What it calls dynamic (control flow, places that are found) runs asynchronously only. */
function run(
  model: GraphModel,
  inputs: tf.NamedTensorMap,
  outputs: string[],
): tf.Tensor | tf.Tensor[] | Promise<tf.Tensor | tf.Tensor[]> {
  try {
    return model.execute(inputs, outputs);
  } catch {
    return model.executeAsync(inputs, outputs);
  }
}
