// The first training engine: any ONNX model, by a step that is itself an ONNX graph, on whatever opens sessions.
import type { LabelledRows } from '../data/labelled-rows.ts';
import { softmax } from '../evaluate/decide.ts';
import type { StepHost } from '../runtime/step-host.ts';
import { adapt, type Adapted, lossOf } from './adapt.ts';
import type { Trained, TrainEngine, TrainJob } from './engine.ts';
import { type Continuation, fromTheStart } from './fit-state.ts';
import type { LossSettings } from './losses/loss.ts';
import { classOutput, labelTarget, samplesOfRows } from './rows.ts';
import { inMemory } from './samples.ts';
import { trainableGraph } from './trainable-graph.ts';

/**
 * The job's topology is not looked at.
 * @param openHost decides what computes
 * @param continuation of the one run that the engine is made for
 */
export function createOnnxEngine(
  openHost: () => StepHost | Promise<StepHost>,
  continuation: Continuation = fromTheStart,
): TrainEngine {
  return {
    name: 'onnx',
    async train(job, control, onProgress) {
      const model = trainableGraph(job.model);
      const output = classOutput(model, job.classes);
      const loss = lossOf(job.recipe);
      const samplesOf = (rows: LabelledRows) =>
        inMemory(
          samplesOfRows(model, rows.features, rows.rows, labelTarget(loss, rows.labels, output.width)),
        );
      const host = await openHost();
      const fitted = await adapt(
        {
          model,
          output: output.name,
          train: samplesOf(job.train),
          validation: job.validation && job.validation.rows > 0 ? samplesOf(job.validation) : null,
          recipe: job.recipe,
        },
        host,
        control,
        onProgress,
        continuation,
      ).finally(() => host.dispose());
      return {
        weights: fitted.weights,
        changes: fitted.changes,
        backend: fitted.provider,
        seconds: fitted.workedMs / 1000,
        diverged: fitted.diverged,
        check: checkOf(job, loss, fitted),
      };
    },
  };
}

function checkOf({ train }: TrainJob, loss: LossSettings, { firstAnswers }: Adapted): Trained['check'] {
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
