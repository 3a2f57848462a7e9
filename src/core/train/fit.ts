// A run: epochs of seeded batches through a training graph, judged after each, until the recipe ends or it gets no
// better. Knows no host (sessions are opened by who calls) and no recipe's scope.
import { HaversackError } from '../errors.ts';
import type { Graph } from '../onnx/graph.ts';
import type { Provider } from '../runtime/session.ts';
import type { StepHost } from '../runtime/step-host.ts';
import type { Tensor } from '../tensor.ts';
import type { Divergence, TrainControl } from './engine.ts';
import { FitRun } from './fit-run.ts';
import { type Continuation, fromTheStart } from './fit-state.ts';
import { withTeacher } from './distill.ts';
import type { Augment } from './augment.ts';
import { Judge, type Judgement } from './judge.ts';
import type { Distillation } from './losses/distillation.ts';
import type { LossSettings } from './losses/loss.ts';
import type { OptimizerSettings } from './optimizers/update.ts';
import { withCachedPrefix } from './prefix-cache.ts';
import type { OpenRowStore } from './row-store.ts';
import type { SampleSource } from './samples.ts';
import type { Schedule } from './schedules.ts';
import { Stepper } from './stepper.ts';
import { WorkClock } from './work-clock.ts';

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
  /**
   * How training rows are changed in each step; null or absent: not at all. A frozen prefix is then run in each step, for
   * it never sees the same row twice; a teacher's answers are those to the row as it is.
   */
  readonly augment?: Augment | null;
  readonly optimizer: OptimizerSettings;
  readonly statistics: 'batch' | 'frozen';
  readonly learningRate: number;
  /** Parameter → the share of that rate that it is moved by; those that are absent by all of it. */
  readonly rateShares?: ReadonlyMap<string, number>;
  readonly schedule: Schedule;
  readonly warmUpSteps: number;
  readonly epochs: number;
  /** Null: all epochs are run, and the last weights are kept. */
  readonly patience: number | null;
  readonly batchSize: number;
  readonly seed: number;
  /** Outputs of the frozen prefix are kept in memory up to this. */
  readonly maxCacheBytes: number;
  /** Where they lie above it; without it, or where it is full, they are computed at each step. */
  readonly spillRows?: OpenRowStore;
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
  /** Without pauses, what was worked before a checkpoint included. */
  readonly workedMs: number;
}

export interface Fitted {
  /** By initializer of the model: parameters, and statistics that followed the data. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Finished ones. */
  readonly epochs: number;
  readonly steps: number;
  readonly provider: Provider;
  /** Null where the run came to its end. */
  readonly diverged: Divergence | null;
  readonly workedMs: number;
  /** Of the weights that are kept. */
  readonly validation: Judgement | null;
  /** What the loss reads, for the first training rows: [rows, …]. */
  readonly firstAnswers: Tensor;
}

/**
 * Where the loss or a weight is no longer a number, the run ends with the weights that an epoch ended with before.
 * @throws HaversackError `TrainingImpossible`, `TrainingDiverged` (in the first epoch), `Aborted`, `OperatorUnsupported`,
 * `RuntimeFailed`
 */
export async function fit(
  job: FitJob,
  host: StepHost,
  control: TrainControl,
  onProgress: (progress: FitProgress) => void,
  continuation: Continuation = fromTheStart,
): Promise<Fitted> {
  if (job.train.rows === 0) throw new HaversackError('TrainingImpossible', 'There are no rows to train on.');
  const clock = new WorkClock(control, continuation.resume?.workedMs);
  const batch = Math.min(job.batchSize, job.train.rows);
  return withCachedPrefix(job, batch, host, clock, async cached => {
    const ready = await withTeacher(cached, batch, host, clock);
    const stepper = await Stepper.open(ready, batch, host);
    try {
      const judge = await Judge.open(ready, stepper.kept, batch, host);
      try {
        const run = await FitRun.open({ job: ready, host, stepper, judge, clock, onProgress }, continuation);
        return await run.toEnd();
      } finally {
        await judge.dispose();
      }
    } finally {
      await stepper.dispose();
    }
  });
}
