// What a trained model answers on the CPU, where arithmetic is binary32 as the graph's is: a GPU's own rounding has no
// part in what the conversion to ONNX is held against. Knows nothing of the training.
import { getBackend, setBackend, softmax, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { elements } from '../core/tensor.ts';
import type { Trained, TrainJob } from '../core/train/engine.ts';
import { loadBackend } from './backend.ts';
import { asLogits, infer, withLogits } from './chain.ts';
import { toLayersModel } from './from-onnx.ts';
import { inputTensor } from './rows.ts';
import type { Topology } from './topology.ts';

/** Rows whose answers come back with the weights. */
export const checkedRows = 8;

/** A model's weights by the engine's own names and in its own layout: what the conversion has not touched. */
export type WeightValues = ReadonlyMap<string, Float32Array>;

export async function weightValues(model: LayersModel): Promise<WeightValues> {
  const values = new Map<string, Float32Array>();
  for (const variable of model.weights) {
    values.set(variable.originalName, await variable.read().data<'float32'>());
  }
  return values;
}

/** Answers of the first training rows. The backend that was set is set again. */
export async function answersOnCpu(
  job: TrainJob,
  topology: Topology,
  values: WeightValues,
): Promise<Trained['check']> {
  const before = getBackend();
  await loadBackend('cpu');
  await setBackend('cpu');
  try {
    const model = await toLayersModel(withLogits(topology), job.model);
    try {
      for (const variable of model.weights) {
        const value = values.get(variable.originalName)!;
        tidy(() => {
          variable.write(tensor(value, variable.shape as number[]));
        });
      }
      const rows = Math.min(checkedRows, job.train.rows);
      const features = job.train.features.slice(0, rows * elements(topology.sampleShape));
      const probabilities = tidy(() =>
        softmax(
          asLogits(infer(model.layers, inputTensor(features, topology)), job.classes),
        ).dataSync<'float32'>(),
      );
      return { computedOn: 'cpu' as const, rows, features, probabilities: new Float32Array(probabilities) };
    } finally {
      model.dispose();
    }
  } finally {
    await setBackend(before);
  }
}
