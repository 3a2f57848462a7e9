// Rows in the model's own units as the tensor that the first layer reads: preprocessing as in the ONNX graph.
import { div, sub, type Tensor, tensor, tidy, transpose } from '@tensorflow/tfjs-core';
import { HaversackError } from '../core/errors.ts';
import type { LabelledRows } from '../core/train/engine.ts';
import { elements } from '../core/tensor.ts';
import type { Topology } from './topology.ts';

/** @throws HaversackError `TrainingImpossible` where the rows do not have the model's width, or a label is no class. */
export function checkRows(rows: LabelledRows, topology: Topology, classes: number, what: string): void {
  const width = elements(topology.sampleShape);
  if (rows.features.length !== rows.rows * width || rows.labels.length !== rows.rows) {
    throw new HaversackError(
      'TrainingImpossible',
      `The ${what} rows are ${rows.features.length} numbers and ${rows.labels.length} labels, ` +
        `wanted ${rows.rows} × ${width} and ${rows.rows}.`,
    );
  }
  const strange = rows.labels.find(label => label < 0 || label >= classes);
  if (strange !== undefined) {
    throw new HaversackError('TrainingImpossible', `A ${what} row has label ${strange} of ${classes}.`);
  }
}

/** [rows, …sampleShape]; the caller disposes of it. Images come with the channels first, as the ONNX graph has them. */
export function inputTensor(features: Float32Array, topology: Topology): Tensor {
  const { sampleShape } = topology;
  return tidy(() => {
    const [height, width, channels] = sampleShape;
    const rows = features.length / elements(sampleShape);
    let x =
      sampleShape.length === 3
        ? transpose(tensor(features, [rows, channels!, height!, width!]), [0, 2, 3, 1])
        : tensor(features, [rows, ...sampleShape]);
    for (const step of topology.preprocessing) {
      if (step.op === 'divide') x = div(x, step.by);
      else x = div(sub(x, perNumber(step.mean, sampleShape)), perNumber(step.scale, sampleShape));
    }
    return x;
  });
}

/** A value for each number of a sample, in the graph's order, laid out as the sample. */
function perNumber(values: readonly number[], sampleShape: readonly number[]): Tensor {
  const [height, width, channels] = sampleShape;
  return sampleShape.length === 3
    ? transpose(tensor([...values], [channels!, height!, width!]), [1, 2, 0])
    : tensor([...values], [...sampleShape]);
}
