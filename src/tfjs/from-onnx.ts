// The way back: the layers model of a topology, with the weights that an ONNX file holds.
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { io, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { fromOnnxLayout } from '../core/import/tfjs-layers/layouts.ts';
import { readInitializers } from '../core/onnx/patch.ts';
import type { Topology } from './topology.ts';
import { refuseUntrained } from './trained-layers.ts';

/**
 * The caller disposes of the model.
 * @throws HaversackError `TrainingImpossible` where file and topology do not belong together.
 */
export async function toLayersModel(topology: Topology, file: Bytes): Promise<LayersModel> {
  for (const { class_name: className, config } of topology.layers.config.layers) {
    refuseUntrained(config.name, className, 'TrainingImpossible');
  }
  const model = await loadLayersModel(io.fromMemory({ modelTopology: topology.layers }));
  try {
    setWeights(model, topology, file);
  } catch (thrown) {
    model.dispose();
    throw thrown;
  }
  return model;
}

function setWeights(model: LayersModel, topology: Topology, file: Bytes): void {
  const initializers = readInitializers(
    file,
    topology.weights.map(each => each.initializer),
  );
  const entries = new Map(topology.weights.map(each => [each.weight, each]));
  for (const variable of model.weights) {
    const entry = entries.get(variable.originalName);
    const source = entry && initializers.get(entry.initializer);
    if (!entry || !source) {
      throw new HaversackError(
        'TrainingImpossible',
        `The topology does not say where weight '${variable.originalName}' is.`,
      );
    }
    const shape = variable.shape as number[];
    const wanted = shape.reduce((a, b) => a * b, 1);
    if (!(source.data instanceof Float32Array) || source.data.length !== wanted) {
      throw new HaversackError(
        'TrainingImpossible',
        `Weight '${entry.initializer}' is ${source.datatype} of ${source.data.length}, wanted FP32 of ${wanted}.`,
      );
    }
    const weight = fromOnnxLayout(source.data, shape, entry.layout);
    tidy(() => {
      variable.write(tensor(weight.data, shape));
    });
  }
}
