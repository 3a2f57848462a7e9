// The way back: the layers model of a topology, with the weights that an ONNX file holds.
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { io, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { readInitializers } from '../core/onnx/patch.ts';
import { layerNames } from './layer-rules.ts';
import { fromOnnxLayout } from './layouts.ts';
import type { Topology } from './topology.ts';

/**
 * The caller disposes of the model.
 * @throws HaversackError `TrainingImpossible` where file and topology do not belong together.
 */
export async function toLayersModel(topology: Topology, file: Bytes): Promise<LayersModel> {
  const strange = topology.layers.config.layers.find(layer => !layerNames.includes(layer.class_name));
  if (strange) {
    throw new HaversackError(
      'TrainingImpossible',
      `Layer '${strange.config.name}' is a ${strange.class_name}, which this engine does not train.`,
    );
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
