import { describe, expect, it } from 'vitest';
import { createRateFinder, isSameSearch } from '../../../src/app/state/rate-finder.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import type { RatePoint, RateSweep } from '../../../src/core/train/find-learning-rate.ts';
import type { TrainRequest } from '../../../src/worker/protocol.ts';

const request: TrainRequest = {
  model: 'digits',
  version: 1,
  recipe: {
    kind: 'train',
    engine: 'onnx',
    scope: 'head',
    loss: 'sparse-categorical-cross-entropy',
    optimizer: 'adam',
    learningRate: 0.003,
    epochs: 5,
    batchSize: 32,
    seed: 1,
    newSampleRepeats: 8,
  },
  shareSamples: false,
};
const point: RatePoint = { rate: 1e-6, loss: 1, smoothed: 1 };

/** A worker that answers when it is told to. */
function scene() {
  let answer: (result: Result<RateSweep>) => void = () => undefined;
  let tell: (point: RatePoint) => void = () => undefined;
  const finder = createRateFinder({
    findLearningRate: (_request, onPoint) => {
      tell = onPoint;
      return new Promise(resolve => (answer = resolve));
    },
    stop: () => {
      answer(fail({ code: 'Aborted', detail: 'stopped' }));
      return Promise.resolve();
    },
  });
  return { finder, tell: (each: RatePoint) => tell(each), answer: (r: Result<RateSweep>) => answer(r) };
}

describe('the search for a learning rate', () => {
  it('shows each point as it comes, and then what was found', async () => {
    const { finder, tell, answer } = scene();
    const run = finder.start(request);
    expect(finder.busy.value).toBe(true);
    tell(point);
    tell({ ...point, rate: 1e-5 });
    expect(finder.state.value).toMatchObject({ points: [{ rate: 1e-6 }, { rate: 1e-5 }] });
    const sweep: RateSweep = { points: [point], suggested: 0.01, ended: 'highest-rate' };
    answer(ok(sweep));
    await run;
    expect(finder.state.value).toEqual({ phase: 'done', request, sweep });
  });

  it('goes back to where it was when it is stopped, and tells a failure', async () => {
    const { finder, answer } = scene();
    const stopped = finder.start(request);
    await finder.stop();
    await stopped;
    expect(finder.state.value).toEqual({ phase: 'idle' });
    const failed = finder.start(request);
    answer(fail({ code: 'Conflict', detail: 'a run is under way' }));
    await failed;
    expect(finder.state.value).toMatchObject({ phase: 'failed', failure: { code: 'Conflict' } });
  });

  it('holds for all settings but the rate and the rounds', () => {
    const other = (recipe: Partial<TrainRequest['recipe']>) => ({
      ...request,
      recipe: { ...request.recipe, ...recipe },
    });
    expect(isSameSearch(request, other({ learningRate: 0.5, epochs: 9 }))).toBe(true);
    expect(isSameSearch(request, other({ batchSize: 8 }))).toBe(false);
    expect(isSameSearch(request, other({ scope: 'all' }))).toBe(false);
    expect(isSameSearch(request, { ...request, version: 2 })).toBe(false);
  });
});
