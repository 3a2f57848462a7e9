// The training side of the worker's surface: at most one run at a time, and what pauses or stops it. The work itself is
// loaded when it is asked for.
import { HaversackError } from '../core/errors.ts';
import { answer } from './answer.ts';
import { quietly, releasing } from './page-proxy.ts';
import type { RunProgress, TrainingApi } from './protocol.ts';
import { RunControl } from './run-control.ts';

/** A curve is not drawn more often; the last step of an epoch is always reported. */
const progressEveryMs = 50;

let run: RunControl | null = null;

// What is loaded is loaded within the run: it can be paused and stopped from its first moment on.
export const training: TrainingApi = {
  train: (request, onProgress) =>
    answer(
      () =>
        reporting(onProgress, async (control, report) => {
          const { train } = await import('./train.ts');
          return train(request, control, report);
        }),
      'TrainingImpossible',
    ),

  goOn: (run, onProgress) =>
    answer(
      () =>
        reporting(onProgress, async (control, report) => {
          const { goOn } = await import('./train.ts');
          return goOn(run, control, report);
        }),
      'TrainingImpossible',
    ),

  estimate: request =>
    answer(async () => {
      const { estimate } = await import('./train.ts');
      return estimate(request);
    }, 'TrainingImpossible'),

  obstacleTo: run =>
    answer(async () => {
      const { obstacleTo } = await import('./unfinished-run.ts');
      return obstacleTo(run);
    }, 'StorageFailed'),

  findLearningRate: (request, onPoint) =>
    answer(
      () =>
        releasing(onPoint, () =>
          controlled(async control => {
            const { findRate } = await import('./find-learning-rate.ts');
            return findRate(request, control, quietly(onPoint));
          }),
        ),
      'TrainingImpossible',
    ),

  pause: () => Promise.resolve(run?.pause()),
  resume: () => Promise.resolve(run?.resume()),
  stop: () => Promise.resolve(run?.stop()),

  evaluate: ref =>
    answer(
      () =>
        controlled(async control => {
          const { evaluateVariant } = await import('./judge-versions.ts');
          return evaluateVariant(ref, control);
        }),
      'RuntimeFailed',
    ),

  compare: (oldRef, newRef) =>
    answer(
      () =>
        controlled(async control => {
          const { compareVersions } = await import('./judge-versions.ts');
          return compareVersions(oldRef, newRef, control);
        }),
      'RuntimeFailed',
    ),
};

/** @throws HaversackError `Conflict` where a run is under way: they would share one engine and its memory */
export async function controlled<T>(work: (control: RunControl) => Promise<T>): Promise<T> {
  if (run) throw new HaversackError('Conflict', 'a run is under way in this worker');
  const control = new RunControl();
  run = control;
  try {
    return await work(control);
  } finally {
    run = null;
  }
}

type Report = (progress: RunProgress) => void;

function reporting<T>(
  onProgress: Report,
  work: (control: RunControl, report: Report) => Promise<T>,
): Promise<T> {
  return releasing(onProgress, () => controlled(control => work(control, sparsely(onProgress))));
}

function sparsely(onProgress: Report): Report {
  const tell = quietly(onProgress);
  let last = -Infinity;
  let epoch = -1;
  return progress => {
    const now = performance.now();
    if (now - last < progressEveryMs && progress.epoch === epoch && progress.step < progress.steps) return;
    last = now;
    epoch = progress.epoch;
    tell(progress);
  };
}
