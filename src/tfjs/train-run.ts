// One training run on the backend that is set: the loop, its progress, and the weights it ends with.
import {
  argMax,
  cast,
  concat,
  dispose,
  equal,
  gather,
  keep,
  losses,
  oneHot,
  slice,
  type Scalar,
  stack,
  sum,
  type Tensor,
  tensor1d,
  type Tensor1D,
  tidy,
  train as optimizers,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { seededRandom } from '../core/data/random.ts';
import { HaversackError } from '../core/errors.ts';
import { toOnnxLayout } from '../core/import/tfjs-layers/layouts.ts';
import { elements, float32, type Tensor as CoreTensor } from '../core/tensor.ts';
import type { LabelledRows, TrainControl, Trained, TrainJob, TrainProgress } from '../core/train/engine.ts';
import { answersOnCpu, weightValues, type WeightValues } from './check.ts';
import { loadBackend } from './backend.ts';
import type { TrainRecipe } from '../core/train/recipe.ts';
import { WorkClock } from '../core/train/work-clock.ts';
import { asLogits, type Chain, chainOf, infer, learn, withLogits } from './chain.ts';
import { toLayersModel } from './from-onnx.ts';
import { checkRows, inputTensor } from './rows.ts';
import type { Topology } from './topology.ts';

/** Progress is told this often at most, and at the end of each epoch. Until then figures stay on the backend. */
const progressIntervalMs = 100;
/** Rows that are run at once where nothing is learnt. */
const inferenceBatch = 256;

interface Figures {
  loss: number;
  hits: number;
  rows: number;
}

export async function trainRun(
  job: TrainJob,
  topology: Topology,
  backend: string,
  control: TrainControl,
  onProgress: (progress: TrainProgress) => void,
): Promise<Trained> {
  refuseForeign(job.recipe);
  checkRows(job.train, topology, job.classes, 'training');
  if (job.train.rows === 0) throw new HaversackError('TrainingImpossible', 'There are no rows to train on.');
  if (job.validation) checkRows(job.validation, topology, job.classes, 'validation');
  // The check at the end needs it: better missed now than after minutes of training.
  await loadBackend('cpu');
  const { values, ...trained } = await trainedWeights();
  return { ...trained, check: await answersOnCpu(job, topology, values) };

  async function trainedWeights(): Promise<TrainedWeights> {
    const model = await toLayersModel(withLogits(topology), job.model);
    const run = new Run(job, topology, model, backend, control, onProgress);
    try {
      return await run.train();
    } finally {
      run.dispose();
      model.dispose();
    }
  }
}

type TrainedWeights = Omit<Trained, 'check'> & { readonly values: WeightValues };

/** Settings that only the engine `onnx` has. */
const foreign = [
  'layers',
  'pattern',
  'lora',
  'labelSmoothing',
  'classWeights',
  'delta',
  'options',
  'schedule',
  'warmUpSteps',
  'batchStatistics',
  'patience',
] as const satisfies readonly (keyof TrainRecipe)[];

/** @throws HaversackError `TrainingImpossible` for what a recipe asks and this engine would leave out in silence */
function refuseForeign(recipe: TrainRecipe): void {
  const { scope, loss, optimizer } = recipe;
  const asked = [
    ...(scope === 'head' || scope === 'all' ? [] : [`the scope ${scope}`]),
    ...(loss === 'sparse-categorical-cross-entropy' ? [] : [`the loss ${loss}`]),
    ...(optimizer === 'adam' ? [] : [`the optimizer ${optimizer}`]),
    ...foreign.filter(name => recipe[name] !== undefined),
  ];
  if (asked.length === 0) return;
  throw new HaversackError(
    'TrainingImpossible',
    `The engine tfjs does not have ${asked.join(', ')}; onnx does.`,
  );
}

/** A batch's loss and hits, still on the backend. */
interface Pending {
  readonly step: number;
  readonly rows: number;
  readonly figures: Tensor1D;
}

class Run {
  readonly #job;
  readonly #topology;
  readonly #model;
  readonly #backend;
  readonly #clock: WorkClock;
  readonly #onProgress;
  readonly #chain: Chain;
  readonly #optimizer;
  readonly #stepsAnEpoch: number;
  #pending: Pending[] = [];
  #kept: Tensor[] = [];
  #validation: Figures | null = null;

  constructor(
    job: TrainJob,
    topology: Topology,
    model: LayersModel,
    backend: string,
    control: TrainControl,
    onProgress: (progress: TrainProgress) => void,
  ) {
    this.#job = job;
    this.#topology = topology;
    this.#model = model;
    this.#backend = backend;
    this.#clock = new WorkClock(control);
    this.#onProgress = onProgress;
    this.#chain = chainOf(model, topology, job.recipe.scope);
    this.#optimizer = optimizers.adam(job.recipe.learningRate);
    this.#stepsAnEpoch = Math.ceil(job.train.rows / job.recipe.batchSize);
  }

  async train(): Promise<TrainedWeights> {
    const { recipe, train, validation } = this.#job;
    const inputs = await this.#keptInputs(train);
    const heldOut = validation && validation.rows > 0 ? await this.#keptInputs(validation) : null;
    const random = seededRandom(recipe.seed);
    const order = Int32Array.from({ length: train.rows }, (_, row) => row);
    let step = 0;
    let toldAt = performance.now();
    for (let epoch = 1; epoch <= recipe.epochs; epoch++) {
      random.shuffle(order);
      const figures: Figures = { loss: 0, hits: 0, rows: 0 };
      for (let from = 0; from < train.rows; from += recipe.batchSize) {
        await this.#clock.checkpoint();
        this.#step(++step, inputs, order.subarray(from, from + recipe.batchSize), random.uint32());
        const isLast = from + recipe.batchSize >= train.rows;
        if (isLast || performance.now() - toldAt < progressIntervalMs) continue;
        await this.#collect(figures);
        this.#tell(step, epoch, figures);
        toldAt = performance.now();
      }
      await this.#collect(figures);
      if (heldOut) this.#validation = await this.#judge(heldOut, validation!);
      this.#tell(step, epoch, figures);
      toldAt = performance.now();
    }
    const values = await weightValues(this.#model);
    return {
      weights: this.#converted(values),
      changes: [],
      values,
      backend: this.#backend,
      seconds: this.#clock.workedMs() / 1000,
      diverged: null,
    };
  }

  dispose(): void {
    dispose(this.#kept);
    dispose(this.#pending.map(({ figures }) => figures));
    this.#optimizer.dispose();
  }

  /** What the learning layers read: the rows after preprocessing and frozen layers, computed once. */
  async #keptInputs(rows: LabelledRows): Promise<Tensor> {
    const width = elements(this.#topology.sampleShape);
    const pieces: Tensor[] = [];
    try {
      for (let from = 0; from < rows.rows; from += inferenceBatch) {
        await this.#clock.checkpoint();
        const features = rows.features.subarray(from * width, (from + inferenceBatch) * width);
        pieces.push(tidy(() => infer(this.#chain.frozen, inputTensor(features, this.#topology))));
      }
      const whole = tidy(() => concat(pieces));
      this.#kept.push(whole);
      return whole;
    } finally {
      dispose(pieces);
    }
  }

  #step(step: number, inputs: Tensor, rows: Int32Array, seed: number): void {
    const { classes, train } = this.#job;
    const figures = tidy(() => {
      const labels = Int32Array.from(rows, row => train.labels[row]!);
      const truth = tensor1d(labels, 'int32');
      const x = gather(inputs, tensor1d(rows.slice(), 'int32'));
      let hits!: Scalar;
      const loss = this.#optimizer.minimize(
        () => {
          const logits = asLogits(learn(this.#chain.learning, x, seed), classes);
          hits = keep(hitsOf(logits, truth));
          return lossOf(logits, truth, classes);
        },
        true,
        [...this.#chain.variables],
      )!;
      const both = stack([loss, hits]) as Tensor1D;
      hits.dispose();
      return both;
    });
    this.#pending.push({ step, rows: rows.length, figures });
  }

  /** Fetches what the last steps reported. @throws HaversackError `TrainingDiverged` naming the step. */
  async #collect(into: Figures): Promise<void> {
    const pending = this.#pending;
    if (pending.length === 0) return;
    const all = tidy(() => stack(pending.map(({ figures }) => figures)));
    dispose(pending.map(({ figures }) => figures));
    this.#pending = [];
    const values = await all.data().finally(() => all.dispose());
    pending.forEach(({ step, rows }, i) => {
      const loss = values[i * 2]!;
      if (!Number.isFinite(loss)) {
        throw new HaversackError('TrainingDiverged', `At step ${step} the loss is ${loss}.`);
      }
      into.loss += loss * rows;
      into.hits += values[i * 2 + 1]!;
      into.rows += rows;
    });
  }

  async #judge(inputs: Tensor, rows: LabelledRows): Promise<Figures> {
    const { classes } = this.#job;
    const figures: Figures = { loss: 0, hits: 0, rows: rows.rows };
    for (let from = 0; from < rows.rows; from += inferenceBatch) {
      await this.#clock.checkpoint();
      const labels = rows.labels.slice(from, from + inferenceBatch);
      const both = tidy(() => {
        const logits = asLogits(infer(this.#chain.learning, rowsFrom(inputs, from, labels.length)), classes);
        const truth = tensor1d(labels, 'int32');
        return stack([lossOf(logits, truth, classes), hitsOf(logits, truth)]);
      });
      const [loss, hits] = await both.data().finally(() => both.dispose());
      figures.loss += loss! * labels.length;
      figures.hits += hits!;
    }
    return figures;
  }

  #tell(step: number, epoch: number, figures: Figures): void {
    const steps = this.#stepsAnEpoch * this.#job.recipe.epochs;
    const elapsedMs = this.#clock.workedMs();
    this.#onProgress({
      step,
      steps,
      epoch,
      epochs: this.#job.recipe.epochs,
      loss: figures.loss / figures.rows,
      accuracy: figures.hits / figures.rows,
      validationLoss: this.#validation && this.#validation.loss / this.#validation.rows,
      validationAccuracy: this.#validation && this.#validation.hits / this.#validation.rows,
      elapsedMs,
      remainingMs: (elapsedMs / step) * (steps - step),
      backend: this.#backend,
    });
  }

  /** Those that training may have changed, by initializer and in the graph's layout. */
  #converted(values: WeightValues): Map<string, CoreTensor> {
    const entries = new Map(this.#topology.weights.map(each => [each.weight, each]));
    const weights = new Map<string, CoreTensor>();
    for (const variable of this.#model.weights) {
      if (!this.#chain.changing.has(variable.originalName)) continue;
      const entry = entries.get(variable.originalName)!;
      const data = new Float32Array(values.get(variable.originalName)!);
      if (!data.every(Number.isFinite)) {
        throw new HaversackError(
          'TrainingDiverged',
          `After the last step '${entry.weight}' holds no numbers.`,
        );
      }
      const { shape, data: laidOut } = toOnnxLayout(
        { shape: variable.shape as number[], data },
        entry.layout,
      );
      weights.set(entry.initializer, float32(shape, laidOut));
    }
    return weights;
  }
}

/** −mean ln softmax(logits)[truth]; logits [batch, classes]. */
function lossOf(logits: Tensor, truth: Tensor1D, classes: number): Scalar {
  return losses.softmaxCrossEntropy<Tensor, Scalar>(oneHot(truth, classes), logits);
}

function hitsOf(logits: Tensor, truth: Tensor1D): Scalar {
  return sum<Scalar>(cast(equal(cast(argMax(logits, -1), 'int32'), truth), 'float32'));
}

function rowsFrom(inputs: Tensor, from: number, count: number): Tensor {
  return slice(inputs, [from], [count]);
}
