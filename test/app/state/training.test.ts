import { expect, test, vi } from 'vitest';
import { createTraining, type TrainingPort } from '../../../src/app/state/training.ts';
import { failure } from '../../../src/core/errors.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import type { RunProgress, TrainOutcome, TrainRequest } from '../../../src/worker/protocol.ts';

const request: TrainRequest = {
  model: 'digits',
  version: 1,
  shareSamples: false,
  recipe: {
    kind: 'train',
    engine: 'tfjs',
    scope: 'head',
    loss: 'sparse-categorical-cross-entropy',
    optimizer: 'adam',
    learningRate: 0.01,
    epochs: 10,
    batchSize: 32,
    seed: 1,
    newSampleRepeats: 8,
  },
};
const outcome: TrainOutcome = {
  candidate: 'a'.repeat(64),
  backend: 'cpu',
  seconds: 3,
  comparison: { labels: ['0', '1'], parent: null, added: null, verdict: 'even' },
  diverged: null,
};

function at(step: number): RunProgress {
  return {
    step,
    steps: 10,
    epoch: 1,
    epochs: 1,
    loss: 1,
    accuracy: 0.5,
    validationLoss: null,
    validationAccuracy: null,
    elapsedMs: 0,
    remainingMs: 0,
    backend: 'cpu',
    unkept: null,
  };
}

/** A worker under the test's hand. */
function rig() {
  let finish: (result: Result<TrainOutcome>) => void = () => undefined;
  let tell: (progress: RunProgress) => void = () => undefined;
  const asked: string[] = [];
  const port: TrainingPort = {
    train: (_, onProgress) => {
      tell = onProgress;
      return new Promise(resolve => (finish = resolve));
    },
    goOn: (run, onProgress) => {
      asked.push(`go on with ${run}`);
      tell = onProgress;
      return new Promise(resolve => (finish = resolve));
    },
    pause: () => Promise.resolve(void asked.push('pause')),
    resume: () => Promise.resolve(void asked.push('resume')),
    stop: () => Promise.resolve(void asked.push('stop')),
  };
  const locks = { taken: 0, given: 0 };
  const training = createTraining({
    port,
    keepAwake: () => {
      locks.taken++;
      return () => locks.given++;
    },
  });
  return {
    training,
    asked,
    locks,
    finish: (result: Result<TrainOutcome>) => finish(result),
    tell: (p: RunProgress) => tell(p),
  };
}

test('a run goes from starting to running with its first step and ends done, with its outcome', async () => {
  const { training, finish, tell, locks } = rig();
  const run = training.start(request);
  expect(training.state.value.phase).toBe('starting');
  tell(at(1));
  expect(training.state.value.phase).toBe('running');
  finish(ok(outcome));
  expect(await run).toBe(true);
  expect(training.state.value).toEqual({ phase: 'done', request, outcome });
  expect(training.progress.value?.step).toBe(1);
  expect(locks).toEqual({ taken: 1, given: 1 });
});

test('a run that was cut short is gone on with by its id, and is shown as what it was asked for', async () => {
  const { training, finish, tell, asked, locks } = rig();
  const run = training.goOn({ id: 'f'.repeat(64), request });
  expect(training.state.value).toEqual({ phase: 'starting', request });
  expect(asked).toEqual([`go on with ${'f'.repeat(64)}`]);
  expect(await training.start(request)).toBe(false);
  tell(at(7));
  finish(ok(outcome));
  expect(await run).toBe(true);
  expect(training.progress.value?.step).toBe(7);
  expect(locks).toEqual({ taken: 1, given: 1 });
});

test('a second start is refused while one is under way', async () => {
  const { training, finish } = rig();
  const run = training.start(request);
  expect(await training.start(request)).toBe(false);
  finish(ok(outcome));
  await run;
});

test('many reports in a burst are published together', () => {
  vi.useFakeTimers();
  try {
    const { training, tell } = rig();
    void training.start(request);
    let published = 0;
    const unsubscribe = training.progress.subscribe(() => published++);
    for (let step = 1; step <= 10; step++) tell(at(step));
    expect(training.progress.value).toBeNull();
    vi.advanceTimersByTime(100);
    expect(training.progress.value?.step).toBe(10);
    expect(training.history.value).toHaveLength(10);
    expect(published).toBe(2);
    unsubscribe();
  } finally {
    vi.useRealTimers();
  }
});

test('stop asks the worker and ends idle, whatever the worker then says', async () => {
  const { training, finish, tell, asked, locks } = rig();
  const run = training.start(request);
  tell(at(1));
  await training.stop();
  expect(training.state.value.phase).toBe('stopping');
  finish(fail(failure('RuntimeFailed', 'the worker was ended')));
  await run;
  expect(training.state.value.phase).toBe('idle');
  expect(asked).toEqual(['stop']);
  expect(locks.given).toBe(1);
});

test('pause and resume reach the worker once each and only when they make sense', async () => {
  const { training, tell, asked } = rig();
  await training.pause();
  void training.start(request);
  tell(at(1));
  await training.pause();
  await training.pause();
  expect(training.state.value.phase).toBe('paused');
  await training.resume();
  await training.resume();
  expect(asked).toEqual(['pause', 'resume']);
});

test('a run that fails keeps its reason, and a new one may start', async () => {
  const { training, finish } = rig();
  const run = training.start(request);
  const reason = failure('TrainingDiverged', 'loss NaN at step 12');
  finish(fail(reason));
  await run;
  expect(training.state.value).toEqual({ phase: 'failed', request, failure: reason });
  void training.start(request);
  expect(training.state.value.phase).toBe('starting');
});
