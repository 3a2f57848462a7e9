// The first training engine: any ONNX model, by a step that is itself an ONNX graph, on whatever opens sessions.
import type { LabelledRows } from '../data/labelled-rows.ts';
import { HaversackError } from '../errors.ts';
import { softmax } from '../evaluate/decide.ts';
import type { Graph, ValueSpec } from '../onnx/graph.ts';
import type { OpenSession } from '../runtime/session.ts';
import { elements, float32, type Tensor } from '../tensor.ts';
import { adapt, lossOf } from './adapt.ts';
import type { Trained, TrainEngine, TrainJob } from './engine.ts';
import type { Fitted } from './fit.ts';
import type { LossSettings } from './losses/loss.ts';
import type { Samples } from './samples.ts';
import { trainableGraph } from './trainable-graph.ts';

/** The host decides by `openSession` what computes. The job's topology is not looked at. */
export function createOnnxEngine(openSession: OpenSession): TrainEngine {
  return {
    name: 'onnx',
    async train(job, control, onProgress) {
      const startedAt = performance.now();
      const model = trainableGraph(job.model);
      const input = onlyInput(model);
      const output = answerOf(model, job.classes);
      const loss = lossOf(job.recipe);
      const samplesOf = (rows: LabelledRows): Samples => ({
        rows: rows.rows,
        inputs: { [input.name]: inputTensor(input, rows.features, rows.rows) },
        target: targetOf(loss, rows.labels, output.width),
      });
      const fitted = await adapt(
        {
          model,
          output: output.name,
          train: samplesOf(job.train),
          validation: job.validation && job.validation.rows > 0 ? samplesOf(job.validation) : null,
          recipe: job.recipe,
        },
        openSession,
        control,
        onProgress,
      );
      return {
        weights: fitted.weights,
        backend: fitted.provider,
        seconds: (performance.now() - startedAt) / 1000,
        check: checkOf(job, loss, fitted),
      };
    },
  };
}

/** @throws HaversackError `TrainingImpossible` */
export function onlyInput({ inputs }: Graph): ValueSpec {
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

interface Answer {
  readonly name: string;
  /** Numbers a row. */
  readonly width: number;
}

/** The first float output with as many numbers a row as there are classes; one number, where there are two. */
function answerOf({ outputs }: Graph, classes: number): Answer {
  const widths = outputs
    .filter(({ datatype, shape }) => datatype === 'FP32' && shape.length === 2)
    .map(({ name, shape }) => ({ name, width: shape[1] === -1 ? classes : shape[1]! }));
  const found =
    widths.find(({ width }) => width === classes) ?? widths.find(({ width }) => width === 1 && classes === 2);
  if (found) return found;
  const got = outputs.map(({ name, shape }) => `'${name}' [${shape.join(', ')}]`).join(', ');
  throw new HaversackError('TrainingImpossible', `The model has no output for ${classes} classes: ${got}.`);
}

/** Labels as the loss compares them: as they are, or 1 for the class and 0 for the others; a lone number is the label itself. */
function targetOf(loss: LossSettings, labels: Int32Array<ArrayBuffer>, width: number): Tensor {
  const rows = labels.length;
  if (loss.kind === 'cross-entropy') return { datatype: 'INT32', shape: [rows], data: labels };
  if (width === 1) return float32([rows, 1], Float32Array.from(labels));
  const data = new Float32Array(rows * width);
  labels.forEach((label, row) => (data[row * width + label] = 1));
  return float32([rows, width], data);
}

function checkOf({ train }: TrainJob, loss: LossSettings, { firstAnswers }: Fitted): Trained['check'] {
  const rows = firstAnswers.shape[0]!;
  const width = train.rows === 0 ? 0 : train.features.length / train.rows;
  const answers = firstAnswers.data as Float32Array<ArrayBuffer>;
  return {
    rows,
    features: train.features.slice(0, rows * width),
    probabilities: probabilitiesOf(loss, answers, answers.length / rows),
  };
}

function probabilitiesOf(
  { kind }: LossSettings,
  answers: Float32Array<ArrayBuffer>,
  width: number,
): Float32Array<ArrayBuffer> {
  if (kind === 'binary-cross-entropy') return answers.map(logit => 1 / (1 + Math.exp(-logit)));
  if (kind !== 'cross-entropy') return answers;
  const probabilities = new Float32Array(answers.length);
  for (let from = 0; from < answers.length; from += width) {
    probabilities.set(softmax(Array.from(answers.subarray(from, from + width))), from);
  }
  return probabilities;
}
