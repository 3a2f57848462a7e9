// Looks for a learning rate, one run at a time, outside any screen. What was found holds for the version and the settings
// that it was looked for with.
import { computed, signal } from '@preact/signals';
import { type Failure, toFailure } from '../../core/errors.ts';
import { fail, type Result } from '../../core/result.ts';
import type { RatePoint, RateSweep } from '../../core/train/find-learning-rate.ts';
import type { TrainRequest } from '../../worker/protocol.ts';

/** What the search needs of the training worker. */
export interface RateFinderPort {
  findLearningRate(request: TrainRequest, onPoint: (point: RatePoint) => void): Promise<Result<RateSweep>>;
  stop(): Promise<void>;
}

export type RateFinderState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly request: TrainRequest; readonly points: readonly RatePoint[] }
  | { readonly phase: 'done'; readonly request: TrainRequest; readonly sweep: RateSweep }
  | { readonly phase: 'failed'; readonly request: TrainRequest; readonly failure: Failure };

export type RateFinder = ReturnType<typeof createRateFinder>;

export function createRateFinder(port: RateFinderPort) {
  const state = signal<RateFinderState>({ phase: 'idle' });
  const busy = computed(() => state.value.phase === 'running');

  /** Answers when the search has ended; one that is under way goes on. */
  async function start(request: TrainRequest): Promise<void> {
    if (busy.peek()) return;
    state.value = { phase: 'running', request, points: [] };
    const report = (point: RatePoint): void => {
      const now = state.peek();
      if (now.phase === 'running') state.value = { ...now, points: [...now.points, point] };
    };
    const result = await port
      .findLearningRate(request, report)
      .catch((thrown: unknown) => fail(toFailure(thrown, 'RuntimeFailed')));
    state.value = ended(result, request);
  }

  return { state, busy, start, stop: () => port.stop() };
}

function ended(result: Result<RateSweep>, request: TrainRequest): RateFinderState {
  if (result.ok) return { phase: 'done', request, sweep: result.value };
  if (result.error.code === 'Aborted') return { phase: 'idle' };
  return { phase: 'failed', request, failure: result.error };
}

/** Whether what was found for one is found for the other: all but the rate itself counts. */
export function isSameSearch(one: TrainRequest, other: TrainRequest): boolean {
  const essence = ({ model, version, recipe }: TrainRequest) =>
    JSON.stringify([model, version, { ...recipe, learningRate: null, epochs: null }]);
  return essence(one) === essence(other);
}
