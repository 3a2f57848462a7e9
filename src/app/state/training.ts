// The one training run of this page, outside any screen: it goes on while the reader is elsewhere.
import { computed, signal } from '@preact/signals';
import type { Digest } from '../../core/artifact/digest.ts';
import { toFailure, type Failure } from '../../core/errors.ts';
import { fail, type Result } from '../../core/result.ts';
import type { RunRow } from '../../device/schema.ts';
import type { RunProgress, TrainOutcome, TrainRequest } from '../../worker/protocol.ts';
import { withProgress, type HistoryPoint } from './training-history.ts';

/** Ten times a second is as often as a curve is worth drawing. */
export const publishEveryMs = 100;

/** What the run needs of the training worker. */
export interface TrainingPort {
  train(request: TrainRequest, onProgress: (progress: RunProgress) => void): Promise<Result<TrainOutcome>>;
  /** From where it was cut short. */
  goOn(run: Digest, onProgress: (progress: RunProgress) => void): Promise<Result<TrainOutcome>>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** The run ends with `Aborted`; a worker that does not answer is ended. */
  stop(): Promise<void>;
}

export type TrainingState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'starting' | 'running' | 'paused' | 'stopping'; readonly request: TrainRequest }
  | { readonly phase: 'done'; readonly request: TrainRequest; readonly outcome: TrainOutcome }
  | { readonly phase: 'failed'; readonly request: TrainRequest; readonly failure: Failure };

export interface TrainingOptions {
  readonly port: TrainingPort;
  /** Called when a run starts; what it answers is called when the run ends, however it ends. */
  readonly keepAwake: () => () => void;
}

export type Training = ReturnType<typeof createTraining>;

/** One run at a time; `start` while one is under way is refused by the type of its answer. */
export function createTraining({ port, keepAwake }: TrainingOptions) {
  const state = signal<TrainingState>({ phase: 'idle' });
  const progress = signal<RunProgress | null>(null);
  const history = signal<readonly HistoryPoint[]>([]);
  const busy = computed(() => !['idle', 'done', 'failed'].includes(state.value.phase));
  let reports: { last: RunProgress | null; history: readonly HistoryPoint[] } = { last: null, history: [] };
  let timer: ReturnType<typeof setTimeout> | null = null;

  function publish(): void {
    timer = null;
    progress.value = reports.last;
    history.value = reports.history;
  }

  function report(now: RunProgress): void {
    reports = { last: now, history: withProgress(reports.history, reports.last, now) };
    const current = state.peek();
    if (current.phase === 'starting') state.value = { phase: 'running', request: current.request };
    timer ??= setTimeout(publish, publishEveryMs);
  }

  function end(result: Result<TrainOutcome>, request: TrainRequest): void {
    if (timer !== null) clearTimeout(timer);
    publish();
    if (result.ok) state.value = { phase: 'done', request, outcome: result.value };
    else if (result.error.code === 'Aborted' || state.peek().phase === 'stopping')
      state.value = { phase: 'idle' };
    else state.value = { phase: 'failed', request, failure: result.error };
  }

  async function run(request: TrainRequest, ask: () => Promise<Result<TrainOutcome>>): Promise<boolean> {
    if (busy.peek()) return false;
    reports = { last: null, history: [] };
    publish();
    state.value = { phase: 'starting', request };
    const letSleep = keepAwake();
    try {
      end(await ask(), request);
    } catch (thrown) {
      end(fail(toFailure(thrown, 'RuntimeFailed')), request);
    } finally {
      letSleep();
    }
    return true;
  }

  /** Answers when the run has ended; false where one is under way already. */
  function start(request: TrainRequest): Promise<boolean> {
    return run(request, () => port.train(request, report));
  }

  /** Likewise, for a run that was cut short. */
  function goOn({ id, request }: Pick<RunRow, 'id' | 'request'>): Promise<boolean> {
    return run(request, () => port.goOn(id, report));
  }

  async function pause(): Promise<void> {
    const current = state.peek();
    if (current.phase !== 'running') return;
    state.value = { phase: 'paused', request: current.request };
    await port.pause();
  }

  async function resume(): Promise<void> {
    const current = state.peek();
    if (current.phase !== 'paused') return;
    state.value = { phase: 'running', request: current.request };
    await port.resume();
  }

  async function stop(): Promise<void> {
    const current = state.peek();
    if (current.phase !== 'starting' && current.phase !== 'running' && current.phase !== 'paused') return;
    state.value = { phase: 'stopping', request: current.request };
    await port.stop();
  }

  /** Forgets a run that has ended. */
  function clear(): void {
    if (!busy.peek()) state.value = { phase: 'idle' };
  }

  return { state, progress, history, busy, start, goOn, pause, resume, stop, clear };
}
