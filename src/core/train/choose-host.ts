// Which host trains a job fastest here: told by the clock on its real step, not by a name. Knows no runtime.
import { toFailure } from '../errors.ts';
import { median } from '../median.ts';
import type { Provider } from '../runtime/session.ts';
import type { StepHost } from '../runtime/step-host.ts';
import type { TrainControl } from './engine.ts';
import type { FitJob } from './fit.ts';
import { type Attempted, HostAttempt } from './host-attempt.ts';
import { type ProbedSteps, type StepProbe, withStepProbe } from './step-probe.ts';
import { TrialDeadline } from './trial-deadline.ts';

export interface HostCandidate {
  readonly provider: Provider;
  readonly threads: number;
  /**
   * Whether it records a step's kernels and plays them back. Such a one is tried where its provider is the fastest so far,
   * and must compute just what that does without.
   */
  readonly captured: boolean;
  /** The host is the caller's, who disposes of it. */
  open(): Promise<StepHost>;
}

export interface HostTiming {
  readonly provider: Provider;
  readonly threads: number;
  readonly captured: boolean;
  /** Null where it was not timed: `failure` or `givenUpMs` says why. */
  readonly stepMs: number | null;
  readonly failure: string | null;
  /** How long it was waited for, where it had not shown its first steps when the trial's time was over. */
  readonly givenUpMs: number | null;
}

export interface ChosenHost {
  /** Belongs to the caller. */
  readonly host: StepHost;
  readonly candidate: HostCandidate;
  /** In the order of the candidates, without those that were not tried. */
  readonly timings: readonly HostTiming[];
}

/**
 * A run that the first candidate ends within this is left to it: opening another one (the WebGPU build is 6.7 MB over the
 * wire, and compiles each kernel at its first run) takes seconds.
 */
const worthTryingMs = 10_000;
/**
 * The trial of all others takes this share at most of what the run would take on the reference: seconds for most; a WebGPU
 * adapter in software has taken half a minute to compile its first step's kernels on a busy machine (measured).
 */
const trialShare = 0.1;
/** … but at least this, in which a GPU has started and compiled. */
const minTrialMs = 2000;
/** Another host must be faster by a tenth: less may be noise, and the first one is the reference. */
const minGain = 0.9;
/** Slower than this many times the fastest so far: not timed to the end. */
const hopeless = 5;
/** Shares of a loss that hosts may differ by in the first two steps: forward, backward and update agree … */
const lossTolerance = 1e-3;
/** … and in all that were taken, where the kernels are the same. */
const capturedTolerance = 1e-5;
/** Losses below this are compared as if they were this. */
const smallLoss = 0.01;
const comparedSteps = 2;

/** Steps that are timed on each: at least, at most, and not begun after this much time went into them. */
const minSteps = 2;
const maxSteps = 15;
const budgetMs = 400;

/**
 * Opens the candidates one after the other, takes a few steps of the job on each, and keeps the fastest of those whose
 * losses are the first one's. The others are disposed of; one that has not shown its first steps when the trial's time is over
 * is given up, and disposed of when what it is doing has ended, while the run is under way.
 * @param candidates the first is the reference
 * @throws HaversackError what opening the reference throws; `Aborted`
 */
export async function chooseHost(
  job: FitJob,
  [reference, ...others]: readonly [HostCandidate, ...HostCandidate[]],
  control: TrainControl,
): Promise<ChosenHost> {
  const host = await reference.open();
  if (others.length === 0) return { host, candidate: reference, timings: [] };
  const trial = new Trial(reference, host);
  try {
    await withStepProbe(job, host, control, async probe => {
      const runMs = (stepMs: number) => stepMs * stepsOf(job);
      const isShort = (stepMs: number) => runMs(stepMs) < worthTryingMs;
      const { stepMs } = await trial.timeReference(probe, isShort);
      if (isShort(stepMs)) return;
      const deadline = new TrialDeadline(Math.max(minTrialMs, trialShare * runMs(stepMs)), control);
      try {
        await trial.timeOthers(probe, others, deadline);
      } finally {
        deadline.stop();
      }
    });
  } catch (thrown) {
    if (isAborted(thrown)) {
      await trial.best.host.dispose();
      throw thrown;
    }
    // The run fails likewise, and says why where that is looked for.
    trial.note(reference, null, toFailure(thrown).detail);
  }
  return { ...trial.best, timings: trial.timings };
}

/** What has been timed so far; holds one open host, the best one. */
class Trial {
  readonly timings: HostTiming[] = [];
  best: { readonly candidate: HostCandidate; readonly host: StepHost };
  #steps: ProbedSteps = { stepMs: Infinity, losses: [] };
  #expected: readonly number[] = [];

  constructor(candidate: HostCandidate, host: StepHost) {
    this.best = { candidate, host };
  }

  /** @param isShort whether a run of such steps is too short for more to be told about them */
  async timeReference(probe: StepProbe, isShort: (stepMs: number) => boolean): Promise<ProbedSteps> {
    this.#steps = await probe.time(
      this.best.host,
      times => areEnough(times) || (times.length >= minSteps && isShort(median(times))),
    );
    this.#expected = this.#steps.losses;
    this.note(this.best.candidate, this.#steps.stepMs, null);
    return this.#steps;
  }

  /** Those that there is time for. */
  async timeOthers(
    probe: StepProbe,
    candidates: readonly HostCandidate[],
    deadline: TrialDeadline,
  ): Promise<void> {
    for (const candidate of candidates) {
      if (deadline.isOver()) return;
      if (candidate.captured && this.best.candidate.provider !== candidate.provider) continue;
      await this.#timeOther(probe, candidate, deadline);
    }
  }

  async #timeOther(probe: StepProbe, candidate: HostCandidate, deadline: TrialDeadline): Promise<void> {
    const startedAt = performance.now();
    const hopelessMs = hopeless * this.#steps.stepMs;
    const attempt = new HostAttempt(
      probe,
      () => candidate.open(),
      times => areEnough(times) || times[0]! > hopelessMs || deadline.isOver(),
    );
    try {
      const isInTime = await Promise.race([
        attempt.result.then(() => true),
        deadline.passed.then(() => attempt.hasShown),
      ]);
      if (isInTime) return await this.#compare(candidate, await attempt.result);
      attempt.giveUp();
      this.note(candidate, null, null, performance.now() - startedAt);
    } catch (thrown) {
      if (isAborted(thrown)) {
        attempt.giveUp();
        throw thrown;
      }
      this.note(candidate, null, toFailure(thrown).detail);
    }
  }

  async #compare(candidate: HostCandidate, { host, steps }: Attempted): Promise<void> {
    const disagreement = candidate.captured
      ? disagreementOf(steps.losses, this.#steps.losses, capturedTolerance)
      : disagreementOf(steps.losses.slice(0, comparedSteps), this.#expected, lossTolerance);
    this.note(candidate, disagreement ? null : steps.stepMs, disagreement);
    if (disagreement || steps.stepMs > this.#steps.stepMs * minGain) return host.dispose();
    const loser = this.best.host;
    this.best = { candidate, host };
    this.#steps = steps;
    await loser.dispose();
  }

  note(
    { provider, threads, captured }: HostCandidate,
    stepMs: number | null,
    failure: string | null,
    givenUpMs: number | null = null,
  ): void {
    this.timings.push({ provider, threads, captured, stepMs, failure, givenUpMs });
  }
}

function areEnough(times: readonly number[]): boolean {
  if (times.length < minSteps) return false;
  return times.length >= maxSteps || times.reduce((a, b) => a + b) >= budgetMs;
}

function isAborted(thrown: unknown): boolean {
  return toFailure(thrown).code === 'Aborted';
}

function stepsOf({ train, batchSize, optimizer, epochs }: FitJob): number {
  return epochs * Math.ceil(train.rows / (batchSize * (optimizer.options?.accumulate ?? 1)));
}

/** Null where they agree in the steps that both took. */
function disagreementOf(
  losses: readonly number[],
  expected: readonly number[],
  tolerance: number,
): string | null {
  const wrong = losses.slice(0, expected.length).findIndex((loss, step) => {
    const allowed = tolerance * Math.max(Math.abs(expected[step]!), smallLoss);
    return !(Math.abs(loss - expected[step]!) <= allowed);
  });
  if (wrong < 0) return null;
  return `its loss in step ${wrong + 1} is ${losses[wrong]}, wanted ${expected[wrong]}`;
}
