// The loop of a run over graphs that are open: step by step, epoch by epoch, from the start or from a state.
import { HaversackError } from '../errors.ts';
import type { StepHost } from '../runtime/step-host.ts';
import type { Tensor } from '../tensor.ts';
import { Course } from './course.ts';
import type { FitJob, FitProgress, Fitted } from './fit.ts';
import type { Checkpoints, Continuation, FitState, Kept } from './fit-state.ts';
import type { Judge, Judgement } from './judge.ts';
import { batchesOf } from './samples.ts';
import { nextPlateau, scheduledRate, warmedUp } from './schedules.ts';
import { fillSlots } from './slot-layout.ts';
import type { Stepper } from './stepper.ts';
import type { WorkClock } from './work-clock.ts';

/** Rows whose answers come back with the weights, for whoever checks the result. */
const checkedRows = 8;

export interface OpenedFit {
  readonly job: FitJob;
  readonly host: StepHost;
  readonly stepper: Stepper;
  readonly judge: Judge;
  readonly clock: WorkClock;
  readonly onProgress: (progress: FitProgress) => void;
}

export class FitRun {
  readonly #open: OpenedFit;
  readonly #course: Course;
  readonly #checkpoints: Checkpoints | null;
  readonly #stepsPerEpoch: number;

  private constructor(open: OpenedFit, course: Course, checkpoints: Checkpoints | null) {
    this.#open = open;
    this.#course = course;
    this.#checkpoints = checkpoints;
    this.#stepsPerEpoch = Math.ceil(open.job.train.rows / open.stepper.rowsPerStep);
  }

  /** @throws HaversackError `TrainingImpossible` where the state is another run's */
  static async open(open: OpenedFit, { resume, checkpoints }: Continuation): Promise<FitRun> {
    const { job, stepper } = open;
    const { rows } = job.train;
    if (!resume) return new FitRun(open, Course.start(rows, job.seed), checkpoints);
    if (resume.order.length !== rows) {
      throw new HaversackError(
        'TrainingImpossible',
        `The run was begun on ${resume.order.length} rows, and there are ${rows}.`,
      );
    }
    await stepper.restore(resume.slots);
    const run = new FitRun(open, Course.from(resume), checkpoints);
    if (resume.steps === run.#steps) return run;
    throw new HaversackError(
      'TrainingImpossible',
      `The run was begun with ${resume.steps} steps before it, and there are ${run.#steps}.`,
    );
  }

  /** @throws HaversackError `TrainingDiverged`, `Aborted`, `RuntimeFailed` */
  async toEnd(): Promise<Fitted> {
    const course = this.#course;
    try {
      if (course.epoch === 0) course.beginEpoch();
      for (;;) {
        await this.#takeSteps();
        await this.#endEpoch();
        if (this.#isOver()) return await this.#fitted(course.ended ?? course.kept!, null);
        course.beginEpoch();
      }
    } catch (thrown) {
      const { kept } = course;
      if (!kept || !(thrown instanceof HaversackError) || thrown.code !== 'TrainingDiverged') throw thrown;
      return this.#fitted(kept, thrown.detail);
    }
  }

  /** Those that are left of the epoch. */
  async #takeSteps(): Promise<void> {
    const course = this.#course;
    const { stepper, clock } = this.#open;
    for (const { rows, count } of batchesOf(course.order, stepper.rowsPerStep, course.taken)) {
      await clock.checkpoint();
      const rate = this.#rate();
      course.step++;
      course.training = joined(course.training, await stepper.step(rows, count, course.step, rate));
      course.taken++;
      course.trustWhatEnded();
      this.#tell(false);
      if (this.#checkpoints?.due()) await this.#checkpoints.save(await this.#state());
    }
  }

  /** Of the step that comes next. */
  #rate(): number {
    const { job } = this.#open;
    const { step, plateau } = this.#course;
    const base = job.learningRate * plateau.scale;
    const at = { step, steps: this.#steps, stepsPerEpoch: this.#stepsPerEpoch };
    return warmedUp(scheduledRate(job.schedule, base, at), step, job.warmUpSteps);
  }

  async #endEpoch(): Promise<void> {
    const course = this.#course;
    const { job, judge, clock } = this.#open;
    const held = job.validation && job.validation.rows > 0 ? job.validation : null;
    if (held) course.validation = await this.#finite(await judge.judge(held, clock));
    this.#tell(true);
    const { epoch, validation } = course;
    if (job.schedule.kind === 'plateau') {
      course.plateau = nextPlateau(course.plateau, (validation ?? course.training).loss, job.schedule);
    }
    if (!this.#isBest()) return;
    course.ended = { epoch, weights: await this.#finiteWeights(), validation };
    if (validation) course.trustWhatEnded();
  }

  /** Whether the epoch's weights are to be kept: the best ones where the run has patience, else the last. */
  #isBest(): boolean {
    const { kept, validation } = this.#course;
    if (this.#open.job.patience === null || !validation || !kept?.validation) return true;
    return validation.loss < kept.validation.loss;
  }

  #isOver(): boolean {
    const { job } = this.#open;
    const { epoch, ended, kept } = this.#course;
    return epoch >= job.epochs || (job.patience !== null && epoch - (ended ?? kept)!.epoch >= job.patience);
  }

  async #state(): Promise<FitState> {
    const { host, stepper, clock } = this.#open;
    const slots = await stepper.state();
    return this.#course.state({
      provider: host.provider,
      threads: host.threads,
      steps: this.#steps,
      slots,
      workedMs: clock.workedMs(),
    });
  }

  async #fitted({ epoch, weights, validation }: Kept, message: string | null): Promise<Fitted> {
    const { job, host, stepper, judge, clock } = this.#open;
    const { step, epoch: current } = this.#course;
    await host.put(fillSlots(stepper.kept, weights));
    const firstAnswers = await judge.answers(job.train, Math.min(checkedRows, job.train.rows));
    if (message === null && !holdsNumbers(firstAnswers)) throw this.#diverged('the answers are no numbers');
    return {
      weights,
      epochs: message === null ? current : current - 1,
      steps: step,
      provider: host.provider,
      diverged: message === null ? null : { step, keptEpoch: epoch, message },
      workedMs: clock.workedMs(),
      validation,
      firstAnswers,
    };
  }

  async #finiteWeights(): Promise<ReadonlyMap<string, Tensor>> {
    const weights = await this.#open.stepper.weights();
    const broken = [...weights].find(([, tensor]) => !holdsNumbers(tensor));
    if (broken) throw this.#diverged(`'${broken[0]}' holds no numbers`);
    return weights;
  }

  async #finite(judgement: Judgement): Promise<Judgement> {
    if (Number.isFinite(judgement.loss)) return judgement;
    // The weights are the likelier cause, and then it is them that are named.
    await this.#finiteWeights();
    throw this.#diverged(`the loss on held-out rows is ${judgement.loss}`);
  }

  #diverged(what: string): HaversackError {
    return new HaversackError('TrainingDiverged', `After step ${this.#course.step} ${what}.`);
  }

  get #steps(): number {
    return this.#stepsPerEpoch * this.#open.job.epochs;
  }

  #tell(isEpochEnd: boolean): void {
    const { step, epoch, training, validation } = this.#course;
    const { host, clock, onProgress } = this.#open;
    onProgress({
      ...{ step, steps: this.#steps, epoch, training, validation, isEpochEnd },
      provider: host.provider,
      workedMs: clock.workedMs(),
    });
  }
}

function holdsNumbers({ data }: Tensor): boolean {
  return (data as Float32Array).every(Number.isFinite);
}

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
