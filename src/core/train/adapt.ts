// A recipe, carried out on an ONNX graph: what is trained, how, and the weights it ends with. Knows no rows with labels and
// no files.
import { seededRandom } from '../data/random.ts';
import { Graph } from '../onnx/graph.ts';
import type { StepHost } from '../runtime/step-host.ts';
import type { Tensor } from '../tensor.ts';
import type { TrainControl, TrainProgress } from './engine.ts';
import { fit, type FitJob, type FitProgress, type Fitted } from './fit.ts';
import { type Continuation, fromTheStart } from './fit-state.ts';
import { addLowRankChanges, type LowRankChange, merged } from './lora.ts';
import type { LossSettings } from './losses/loss.ts';
import type { TrainRecipe } from './recipe.ts';
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
}

/** Progress is told this often at most, and at the end of each epoch. */
const progressIntervalMs = 100;
/** Outputs of a frozen prefix may take this much memory. */
const maxCacheBytes = 256 * 2 ** 20;
/** PEFT's defaults (`LoraConfig` 0.17). */
const defaultLora = { rank: 8, alpha: 8 };
/** So that LoRA's first weights and the order of the rows are not the same numbers. */
const loraStream = 0x6c6f7261;

/**
 * The weights are those of the model's own initializers; low-rank changes are merged into them.
 * @throws HaversackError `TrainingImpossible`, `TrainingDiverged`, `Aborted`
 */
export async function adapt(
  job: AdaptJob,
  host: StepHost,
  control: TrainControl,
  onProgress: (progress: TrainProgress) => void,
  continuation: Continuation = fromTheStart,
): Promise<Fitted> {
  const { recipe } = job;
  const chosen = selectParameters(job.model, recipe);
  const told = teller(recipe.epochs, onProgress);
  if (recipe.scope !== 'lora') {
    const trainable = new Set(chosen.map(({ name }) => name));
    return fit(fitJob(job, job.model, trainable), host, control, told, continuation);
  }
  const random = seededRandom((recipe.seed ^ loraStream) >>> 0);
  const { graph, changes } = addLowRankChanges(job.model, chosen, recipe.lora ?? defaultLora, random);
  const trainable = new Set(changes.flatMap(({ left, right }) => [left, right]));
  const fitted = await fit(fitJob(job, graph, trainable), host, control, told, continuation);
  return { ...fitted, weights: mergedWeights(job.model, changes, fitted.weights) };
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

function fitJob(
  { output, train, validation, recipe }: AdaptJob,
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
    optimizer: { kind: recipe.optimizer, ...(recipe.options && { options: recipe.options }) },
    distillation: recipe.distillation?.weight ? recipe.distillation : null,
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
  };
}

function mergedWeights(
  model: Graph,
  changes: readonly LowRankChange[],
  trained: ReadonlyMap<string, Tensor>,
): Map<string, Tensor> {
  const weights = new Map(trained);
  for (const { weight, left, right, scale } of changes) {
    const [l, r] = [trained.get(left), trained.get(right)];
    weights.delete(left);
    weights.delete(right);
    if (l && r) weights.set(weight, merged(model.initializers.get(weight)!, l, r, scale));
  }
  return weights;
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
