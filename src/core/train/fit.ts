// The loop: epochs of seeded batches through a training graph, judged after each, until the recipe ends or it gets no
// better. Knows no host (sessions are opened by who calls) and no recipe's scope.
import { seededRandom } from '../data/random.ts';
import { HaversackError } from '../errors.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Provider } from '../runtime/session.ts';
import type { StepHost } from '../runtime/step-host.ts';
import type { Tensor } from '../tensor.ts';
import { Judge, type Judgement } from './judge.ts';
import { withTeacher } from './distill.ts';
import type { TrainControl } from './engine.ts';
import type { Distillation } from './losses/distillation.ts';
import type { LossSettings } from './losses/loss.ts';
import type { OptimizerSettings } from './optimizers/update.ts';
import { cachePrefix } from './prefix-cache.ts';
import { batchesOf, inOrder, type SampleSource } from './samples.ts';
import { nextPlateau, plateauStart, type Schedule, scheduledRate, warmedUp } from './schedules.ts';
import { Stepper } from './stepper.ts';

export interface FitJob {
  /** Of the working opset. */
  readonly model: Graph;
  /** That the loss reads. */
  readonly output: string;
  readonly trainable: ReadonlySet<string>;
  readonly train: SampleSource;
  readonly validation: SampleSource | null;
  readonly loss: LossSettings;
  /** To the answers of the model as it is given; null or absent: to none. */
  readonly distillation?: Distillation | null;
  readonly optimizer: OptimizerSettings;
  readonly statistics: 'batch' | 'frozen';
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly warmUpSteps: number;
  readonly epochs: number;
  /** Null: all epochs are run, and the last weights are kept. */
  readonly patience: number | null;
  readonly batchSize: number;
  readonly seed: number;
  /** Outputs of the frozen prefix are kept in memory up to this; above it they are computed at each step. */
  readonly maxCacheBytes: number;
}

export interface FitProgress {
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Over the epoch so far. */
  readonly training: Judgement;
  /** After the last finished epoch. */
  readonly validation: Judgement | null;
  readonly isEpochEnd: boolean;
  readonly provider: Provider;
}

export interface Fitted {
  /** By initializer of the model: parameters, and statistics that followed the data. */
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly epochs: number;
  readonly steps: number;
  readonly provider: Provider;
  /** Of the weights that are kept. */
  readonly validation: Judgement | null;
  /** What the loss reads, for the first training rows: [rows, …]. */
  readonly firstAnswers: Tensor;
}

/** Rows whose answers come back with the weights, for whoever checks the result. */
export const checkedRows = 8;

/** @throws HaversackError `TrainingImpossible`, `TrainingDiverged`, `Aborted`, `OperatorUnsupported`, `RuntimeFailed` */
export async function fit(
  job: FitJob,
  host: StepHost,
  control: TrainControl,
  onProgress: (progress: FitProgress) => void,
): Promise<Fitted> {
  if (job.train.rows === 0) throw new HaversackError('TrainingImpossible', 'There are no rows to train on.');
  const batch = Math.min(job.batchSize, job.train.rows);
  const ready = await withTeacher(await cachePrefix(job, batch, host, control), batch, host, control);
  const stepper = await Stepper.open(ready, batch, host);
  try {
    const judge = await Judge.open(ready, stepper.slots, batch, host);
    try {
      return await run({ job: ready, host, stepper, judge }, control, onProgress);
    } finally {
      await judge.dispose();
    }
  } finally {
    await stepper.dispose();
  }
}

interface Opened {
  readonly job: FitJob;
  readonly host: StepHost;
  readonly stepper: Stepper;
  readonly judge: Judge;
}

async function run(
  { job, host, stepper, judge }: Opened,
  control: TrainControl,
  onProgress: (progress: FitProgress) => void,
): Promise<Fitted> {
  const { provider } = host;
  const random = seededRandom(job.seed);
  const order = inOrder(job.train.rows);
  const stepsPerEpoch = Math.ceil(job.train.rows / stepper.rowsPerStep);
  const steps = stepsPerEpoch * job.epochs;
  const held = job.validation && job.validation.rows > 0 ? job.validation : null;
  let best: { weights: ReadonlyMap<string, Tensor>; validation: Judgement; epoch: number } | null = null;
  let validation: Judgement | null = null;
  let plateau = plateauStart;
  let step = 0;
  let epoch = 0;
  while (epoch < job.epochs) {
    epoch++;
    random.shuffle(order);
    let training: Judgement = noJudgement;
    for (const { rows, count } of batchesOf(order, stepper.rowsPerStep)) {
      await control.checkpoint();
      const base = job.learningRate * plateau.scale;
      const rate = scheduledRate(job.schedule, base, { step, steps, stepsPerEpoch });
      const done = await stepper.step(rows, count, ++step, warmedUp(rate, step - 1, job.warmUpSteps));
      training = joined(training, done);
      onProgress({ step, steps, epoch, training, validation, isEpochEnd: false, provider });
    }
    if (held) validation = await judge.judge(held, control);
    onProgress({ step, steps, epoch, training, validation, isEpochEnd: true, provider });
    if (job.schedule.kind === 'plateau') {
      plateau = nextPlateau(plateau, (validation ?? training).loss, job.schedule);
    }
    if (job.patience === null || validation === null) continue;
    if (best === null || validation.loss < best.validation.loss) {
      best = { weights: await stepper.weights(), validation, epoch };
    } else if (epoch - best.epoch >= job.patience) break;
  }
  const weights = best?.weights ?? (await stepper.weights());
  assertNumbers(weights, step);
  await host.put(new Map(Array.from(weights, ([name, value]) => [stepper.slots.get(name)!, value])));
  return {
    weights,
    epochs: epoch,
    steps: step,
    provider,
    validation: best?.validation ?? validation,
    firstAnswers: await judge.answers(job.train, Math.min(checkedRows, job.train.rows)),
  };
}

const noJudgement: Judgement = { loss: 0, hits: 0, answers: 0, rows: 0 };

/** Means by the rows of each. */
function joined(a: Judgement, b: Judgement): Judgement {
  const rows = a.rows + b.rows;
  return {
    loss: rows === 0 ? 0 : (a.loss * a.rows + b.loss * b.rows) / rows,
    hits: a.hits + b.hits,
    answers: a.answers + b.answers,
    rows,
  };
}

function assertNumbers(weights: ReadonlyMap<string, Tensor>, step: number): void {
  for (const [name, { data }] of weights) {
    if ((data as Float32Array).every(Number.isFinite)) continue;
    throw new HaversackError('TrainingDiverged', `After step ${step} '${name}' holds no numbers.`);
  }
}
