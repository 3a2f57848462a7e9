// Rows of a table as a model is trained on them: one FP32 input, one output that is compared with the labels.
import { HaversackError } from '../errors.ts';
import type { Graph, ValueSpec } from '../onnx/graph.ts';
import { elements, float32, type Tensor } from '../tensor.ts';
import type { LossSettings } from './losses/loss.ts';
import type { TrainRecipe } from './recipe.ts';
import type { Samples } from './samples.ts';

/** @param features [rows, numbers of one sample] */
export function samplesOfRows(
  model: { readonly inputs: readonly ValueSpec[] },
  features: Float32Array<ArrayBuffer>,
  rows: number,
  target: Tensor,
): Samples {
  if (rows === 0) throw new HaversackError('TrainingImpossible', 'There are no rows to train on.');
  const input = onlyInput(model);
  return { rows, inputs: { [input.name]: inputTensor(input, features, rows) }, target };
}

/** @throws HaversackError `TrainingImpossible` */
export function onlyInput({ inputs }: { readonly inputs: readonly ValueSpec[] }): ValueSpec {
  const [input] = inputs;
  if (input && inputs.length === 1 && input.datatype === 'FP32') return input;
  const got = inputs.map(({ name, datatype }) => `'${name}' ${datatype}`).join(', ') || 'none';
  throw new HaversackError(
    'TrainingImpossible',
    `Rows of numbers go into one FP32 input; the model has ${got}.`,
  );
}

/**
 * Rows as the model's input takes them. A free dimension besides the batch's is what the width leaves for it.
 * @throws HaversackError `TrainingImpossible` where the numbers of a row do not fill a sample
 */
export function inputTensor(
  { name, shape }: ValueSpec,
  features: Float32Array<ArrayBuffer>,
  rows: number,
): Tensor {
  const width = rows === 0 ? 0 : features.length / rows;
  const sample = shape.slice(1);
  const known = elements(sample.filter(size => size > 0));
  const filled = sample.map(size => (size > 0 ? size : width / known));
  const free = sample.filter(size => size <= 0).length;
  if (free > 1 || !filled.every(Number.isInteger) || elements(filled) !== width) {
    throw new HaversackError(
      'TrainingImpossible',
      `A row has ${width} numbers, '${name}' takes [${shape.join(', ')}].`,
    );
  }
  return float32([rows, ...filled], features);
}

export interface ClassOutput {
  readonly name: string;
  /** Numbers a row. */
  readonly width: number;
}

/** The first float output with as many numbers a row as there are classes; one number, where there are two. */
export function classOutput({ outputs }: Graph, classes: number): ClassOutput {
  const widths = outputs
    .filter(({ datatype, shape }) => datatype === 'FP32' && shape.length === 2)
    .map(({ name, shape }) => ({ name, width: shape[1] === -1 ? classes : shape[1]! }));
  const found =
    widths.find(({ width }) => width === classes) ?? widths.find(({ width }) => width === 1 && classes === 2);
  if (found) return found;
  const got = outputs.map(({ name, shape }) => `'${name}' [${shape.join(', ')}]`).join(', ');
  throw new HaversackError('TrainingImpossible', `The model has no output for ${classes} classes: ${got}.`);
}

/**
 * With the loss for an output of that width: of two classes that share one score, cross-entropy is the binary one (a softmax over
 * one number says nothing). That has neither label smoothing nor class weights: a recipe that asks for them stays, to be refused.
 */
export function recipeFor(recipe: TrainRecipe, { width }: ClassOutput): TrainRecipe {
  const { loss, labelSmoothing, classWeights } = recipe;
  const isPlain = loss === 'sparse-categorical-cross-entropy' && !labelSmoothing && !classWeights;
  return width === 1 && isPlain ? { ...recipe, loss: 'binary-cross-entropy' } : recipe;
}

/** Labels as the loss compares them: as they are, or 1 for the class and 0 for the others; a lone number is the label itself. */
export function labelTarget(loss: LossSettings, labels: Int32Array<ArrayBuffer>, width: number): Tensor {
  const rows = labels.length;
  if (loss.kind === 'cross-entropy') return { datatype: 'INT32', shape: [rows], data: labels };
  if (width === 1) return float32([rows, 1], Float32Array.from(labels));
  const data = new Float32Array(rows * width);
  labels.forEach((label, row) => (data[row * width + label] = 1));
  return float32([rows, width], data);
}

/** The output of one number a row. @throws HaversackError `TrainingImpossible` */
export function numberOutput({ outputs }: Pick<Graph, 'outputs'>): ClassOutput {
  const found = outputs.find(
    ({ datatype, shape }) => datatype === 'FP32' && shape.length === 2 && shape[1] === 1,
  );
  if (found) return { name: found.name, width: 1 };
  const got = outputs.map(({ name, shape }) => `'${name}' [${shape.join(', ')}]`).join(', ');
  throw new HaversackError('TrainingImpossible', `The model has no output of one number a row: ${got}.`);
}
