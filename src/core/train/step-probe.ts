// A job's real step, taken a few times on any host to be timed: the same graph, the first rows, and nothing kept of it.
import { median } from '../median.ts';
import type { StepHost } from '../runtime/step-host.ts';
import type { TrainControl } from './engine.ts';
import type { FitJob } from './fit.ts';
import { withTeacher } from './distill.ts';
import { withCachedPrefix } from './prefix-cache.ts';
import { inOrder, type SampleSource, takeRows } from './samples.ts';
import { stepGraph, Stepper } from './stepper.ts';
import type { TrainingGraph } from './training-graph.ts';

export interface ProbedSteps {
  /** Median of those that were timed: without the first, which compiles and fills caches. */
  readonly stepMs: number;
  /** Of all steps, the first included. */
  readonly losses: readonly number[];
}

/** Whether that many steps, timed in this order, tell enough. */
export type IsEnough = (timesMs: readonly number[]) => boolean;

/**
 * Does `work` with a probe of the job. What comes before the first step (a frozen prefix, a teacher) is run for the probe's
 * rows on `host`.
 */
export function withStepProbe<T>(
  job: FitJob,
  host: StepHost,
  control: TrainControl,
  work: (probe: StepProbe) => Promise<T>,
): Promise<T> {
  const batch = Math.min(job.batchSize, job.train.rows);
  const rows = Math.min(batch * (job.optimizer.options?.accumulate ?? 1), job.train.rows);
  const { spillRows: _, ...small } = { ...job, train: firstRows(job.train, rows), validation: null };
  return withCachedPrefix(small, batch, host, control, async cached => {
    const ready = await withTeacher(cached, batch, host, control);
    return work(new StepProbe(ready, batch, control));
  });
}

export class StepProbe {
  readonly #job: FitJob;
  readonly #batch: number;
  readonly #graph: TrainingGraph;
  readonly #control: TrainControl;

  constructor(job: FitJob, batch: number, control: TrainControl) {
    this.#job = job;
    this.#batch = batch;
    this.#graph = stepGraph(job, batch);
    this.#control = control;
  }

  /** Fills the host's slots, which the caller fills anew. @throws HaversackError whatever a step throws */
  async time(host: StepHost, isEnough: IsEnough): Promise<ProbedSteps> {
    const stepper = await Stepper.open(this.#job, this.#batch, host, this.#graph);
    const rows = inOrder(stepper.rowsPerStep).map(row => row % this.#job.train.rows);
    const count = Math.min(rows.length, this.#job.train.rows);
    const losses: number[] = [];
    const step = async (): Promise<number> => {
      await this.#control.checkpoint();
      const startedAt = performance.now();
      const { loss } = await stepper.step(rows, count, losses.length + 1, this.#job.learningRate);
      losses.push(loss);
      return performance.now() - startedAt;
    };
    try {
      await step();
      const times: number[] = [];
      do times.push(await step());
      while (!isEnough(times));
      return { stepMs: median(times), losses };
    } finally {
      await stepper.dispose();
    }
  }
}

function firstRows(samples: SampleSource, rows: number): SampleSource {
  return { ...samples, rows, target: takeRows(samples.target, inOrder(rows)) };
}
