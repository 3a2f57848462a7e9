// The first training engine: any ONNX model, by a step that is itself an ONNX graph, on whatever opens sessions.
import type { LabelledRows } from '../data/labelled-rows.ts';
import { softmax } from '../evaluate/decide.ts';
import type { StepHost } from '../runtime/step-host.ts';
import { adapt, type Adapted, type AdaptJob, lossOf, plan, planMemory } from './adapt.ts';
import type { TrainControl, Trained, TrainEngine, TrainJob } from './engine.ts';
import { findLearningRate, type RatePoint, type RateSweep } from './find-learning-rate.ts';
import type { FitJob } from './fit.ts';
import type { MemoryPlan } from './fit-batch.ts';
import { type Continuation, fromTheStart } from './fit-state.ts';
import type { LossSettings } from './losses/loss.ts';
import type { OpenRowStore } from './row-store.ts';
import { classOutput, labelTarget, recipeFor, samplesOfRows } from './rows.ts';
import { inMemory } from './samples.ts';
import { trainableGraph } from './trainable-graph.ts';
import { whileDevicesLast } from './while-devices-last.ts';

/**
 * Decides what computes a run.
 * @param job made where it is asked for, to be timed
 * @param losses how often this run has lost its device before
 */
export type OpenHost = (
  job: () => FitJob,
  control: TrainControl,
  losses: number,
) => StepHost | Promise<StepHost>;

export interface OnnxEngine extends TrainEngine {
  /** A rate to begin the job with; nothing is changed. @throws HaversackError `TrainingImpossible`, `Aborted` */
  findLearningRate(
    job: TrainJob,
    control: TrainControl,
    onPoint: (point: RatePoint) => void,
  ): Promise<RateSweep>;
}

/**
 * The job's topology is not looked at. Where a device is lost, another host goes on from the last state that the run left
 * behind, or from the start.
 * @param continuation of the one run that the engine is made for
 * @param spillRows for what a frozen beginning makes beyond memory's bound
 */
export function createOnnxEngine(
  openHost: OpenHost,
  continuation: Continuation = fromTheStart,
  spillRows?: OpenRowStore,
): OnnxEngine {
  return {
    name: 'onnx',
    async train(job, control, onProgress) {
      const adaptJob = adaptJobOf(job, spillRows);
      const fitted = await whileDevicesLast(continuation, async (from, losses) => {
        const host = await openHost(() => plan(adaptJob), control, losses);
        return adapt(adaptJob, host, control, onProgress, from).finally(() => host.dispose());
      });
      return {
        weights: fitted.weights,
        changes: fitted.changes,
        backend: fitted.provider,
        seconds: fitted.workedMs / 1000,
        diverged: fitted.diverged,
        check: checkOf(job, lossOf(adaptJob.recipe), fitted),
      };
    },
    async findLearningRate(job, control, onPoint) {
      const planned = plan(adaptJobOf(job, spillRows));
      // A sweep is short: no host is worth looking for.
      const host = await openHost(() => ({ ...planned, epochs: 1 }), control, 0);
      return findLearningRate(planned, host, control, onPoint).finally(() => host.dispose());
    },
  };
}

function adaptJobOf(job: TrainJob, spillRows: OpenRowStore | undefined): AdaptJob {
  const model = trainableGraph(job.model);
  const output = classOutput(model, job.classes);
  const recipe = recipeFor(job.recipe, output);
  const loss = lossOf(recipe);
  const samplesOf = (rows: LabelledRows) =>
    inMemory(samplesOfRows(model, rows.features, rows.rows, labelTarget(loss, rows.labels, output.width)));
  return {
    model,
    output: output.name,
    train: samplesOf(job.train),
    validation: job.validation && job.validation.rows > 0 ? samplesOf(job.validation) : null,
    recipe,
    ...(spillRows && { spillRows }),
    ...(job.maxBytes !== undefined && { maxBytes: job.maxBytes }),
  };
}

/** What a step of the job takes, and how it is cut to take no more. @throws HaversackError `TrainingImpossible` */
export function estimateMemory(job: TrainJob, maxBytes: number): MemoryPlan {
  return planMemory(adaptJobOf(job, undefined), maxBytes);
}

function checkOf(
  { train }: TrainJob,
  loss: LossSettings,
  { firstAnswers, provider }: Adapted,
): Trained['check'] {
  const rows = firstAnswers.shape[0]!;
  const width = train.rows === 0 ? 0 : train.features.length / train.rows;
  const answers = firstAnswers.data as Float32Array<ArrayBuffer>;
  return {
    computedOn: provider === 'webgpu' ? 'gpu' : 'cpu',
    rows,
    features: train.features.slice(0, rows * width),
    probabilities: ofClasses(probabilitiesOf(loss, answers, answers.length / rows), rows),
  };
}

/** Of both classes, where one score stands for two. */
function ofClasses(probabilities: Float32Array<ArrayBuffer>, rows: number): Float32Array<ArrayBuffer> {
  if (probabilities.length !== rows) return probabilities;
  return Float32Array.from({ length: 2 * rows }, (_, i) => {
    const score = probabilities[i >> 1]!;
    return i % 2 === 0 ? 1 - score : score;
  });
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
