// A recipe, carried out on an ONNX graph: what is trained, how, and the weights it ends with. Knows no rows with labels and
// no files.
import { seededRandom } from '../data/random.ts';
import type { Graph } from '../onnx/graph.ts';
import type { StepHost } from '../runtime/step-host.ts';
import { augmentBy } from './augment.ts';
import type { TrainControl, TrainProgress } from './engine.ts';
import { fit, type FitJob, type FitProgress, type Fitted } from './fit.ts';
import { type MemoryPlan, memoryPlan, withinMemory } from './fit-batch.ts';
import { type Continuation, fromTheStart } from './fit-state.ts';
import { type Learnt, learntOf } from './learnt.ts';
import { withLowRankChanges } from './lora.ts';
import { throughActivations } from './lora-activations.ts';
import type { LossSettings } from './losses/loss.ts';
import { defaultLora, type TrainRecipe } from './recipe.ts';
import type { OpenRowStore } from './row-store.ts';
import type { SampleSource } from './samples.ts';
import { selectParameters } from './selection.ts';

export interface AdaptJob {
  /** Of the working opset. */
  readonly model: Graph;
  /** The output that the loss reads. */
  readonly output: string;
  readonly train: SampleSource;
  /** Looked at after each epoch; null where there is none. */
  readonly validation: SampleSource | null;
  readonly recipe: TrainRecipe;
  /** The last layer was drawn anew: it is trained whole, whatever the scope. */
  readonly newHead?: boolean;
  /** For outputs of a frozen prefix that are more than memory is given for. */
  readonly spillRows?: OpenRowStore;
  /** Of memory that a step may take: rows go through it in parts where they do not fit at once. Absent: as it comes. */
  readonly maxBytes?: number;
}

/** Progress is told this often at most, and at the end of each epoch. */
const progressIntervalMs = 100;
/** Outputs of a frozen prefix may take this much memory. */
const maxCacheBytes = 256 * 2 ** 20;
/** So that LoRA's first weights and the order of the rows are not the same numbers. */
const loraStream = 0x6c6f7261;

export type Adapted = Omit<Fitted, 'weights'> & Learnt;

/** @throws HaversackError `TrainingImpossible`, `TrainingDiverged`, `Aborted` */
export async function adapt(
  job: AdaptJob,
  host: StepHost,
  control: TrainControl,
  onProgress: (progress: TrainProgress) => void,
  continuation: Continuation = fromTheStart,
): Promise<Adapted> {
  const { recipe } = job;
  const { fitJob, graph } = planned(job);
  const fitted = await fit(fitJob, host, control, teller(recipe.epochs, onProgress), continuation);
  const isMerged = recipe.scope === 'lora' && recipe.lora?.keep !== 'delta';
  return { ...fitted, ...learntOf(graph, fitted.weights, isMerged ? 'merged' : 'delta') };
}

/** The recipe's scope as a graph, and what is trained of it. @throws HaversackError `TrainingImpossible` */
export function plan(job: AdaptJob): FitJob {
  return planned(job).fitJob;
}

/** What a step takes, and how it is cut to take no more than this. @throws HaversackError `TrainingImpossible` */
export function planMemory(job: AdaptJob, maxBytes: number): MemoryPlan {
  const { maxBytes: _, ...unbounded } = job;
  return memoryPlan(plan(unbounded), maxBytes);
}

interface Planned {
  readonly fitJob: FitJob;
  /** With the names of what is trained, as a file has it. */
  readonly graph: Graph;
}

function planned(job: AdaptJob): Planned {
  const whole = wholeBatches(job);
  const { maxBytes } = job;
  return maxBytes === undefined ? whole : { ...whole, fitJob: withinMemory(whole.fitJob, maxBytes) };
}

function wholeBatches(job: AdaptJob): Planned {
  const { model, recipe } = job;
  const head = job.newHead ? selectParameters(model, { scope: 'head' }).map(({ name }) => name) : [];
  const chosen = selectParameters(model, recipe).filter(({ name }) => !head.includes(name));
  if (recipe.scope !== 'lora') {
    const names = new Set([...chosen.map(({ name }) => name), ...head]);
    return { graph: model, fitJob: fitJobOf(job, model, names) };
  }
  const random = seededRandom((recipe.seed ^ loraStream) >>> 0);
  const { graph, trained } = withLowRankChanges(model, chosen, recipe.lora ?? defaultLora, random);
  const names = new Set([...trained.flatMap(({ left, right }) => [left, right]), ...head]);
  return { graph, fitJob: fitJobOf(job, throughActivations(graph, trained), names) };
}

export function lossOf(
  recipe: Pick<TrainRecipe, 'loss' | 'labelSmoothing' | 'classWeights' | 'delta'>,
): LossSettings {
  switch (recipe.loss) {
    case 'sparse-categorical-cross-entropy':
      return {
        kind: 'cross-entropy',
        ...(recipe.labelSmoothing !== undefined && { labelSmoothing: recipe.labelSmoothing }),
        ...(recipe.classWeights && { classWeights: recipe.classWeights }),
      };
    case 'huber':
      return { kind: 'huber', ...(recipe.delta !== undefined && { delta: recipe.delta }) };
    case 'binary-cross-entropy':
    case 'mean-squared-error':
    case 'mean-absolute-error':
      return { kind: recipe.loss };
  }
}

function fitJobOf(
  { output, train, validation, recipe, spillRows }: AdaptJob,
  model: Graph,
  trainable: Set<string>,
): FitJob {
  return {
    model,
    output,
    trainable,
    train,
    validation,
    loss: lossOf(recipe),
    augment: recipe.augmentation ? augmentBy(recipe.augmentation) : null,
    distillation: recipe.distillation?.weight ? recipe.distillation : null,
    optimizer: { kind: recipe.optimizer, ...(recipe.options && { options: recipe.options }) },
    // Where only part of a model moves, what it knows of the data's spread is better than a few batches'.
    statistics: recipe.batchStatistics ?? (recipe.scope === 'all' ? 'batch' : 'frozen'),
    learningRate: recipe.learningRate,
    schedule: recipe.schedule ?? { kind: 'constant' },
    warmUpSteps: recipe.warmUpSteps ?? 0,
    epochs: recipe.epochs,
    patience: recipe.patience ?? null,
    batchSize: recipe.batchSize,
    seed: recipe.seed,
    maxCacheBytes,
    ...(spillRows && { spillRows }),
  };
}

function teller(epochs: number, onProgress: (progress: TrainProgress) => void) {
  let toldAt = performance.now();
  return ({ step, steps, epoch, training, validation, isEpochEnd, provider, workedMs }: FitProgress) => {
    const now = performance.now();
    if (!isEpochEnd && now - toldAt < progressIntervalMs) return;
    toldAt = now;
    onProgress({
      step,
      steps,
      epoch,
      epochs,
      loss: training.loss,
      accuracy: training.hits / training.answers,
      validationLoss: validation && validation.loss,
      validationAccuracy: validation && validation.hits / validation.answers,
      elapsedMs: workedMs,
      remainingMs: (workedMs / step) * (steps - step),
      backend: provider,
    });
  };
}
