// The teaching of a project's last layers, as this page sees it: one run at a time, held up while the page is hidden. Knows no
// worker.
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Failure } from '../../core/errors.ts';
import type { Result } from '../../core/result.ts';
import type {
  BlocksCost,
  BlocksOutcome,
  BlocksRunProgress,
  PhotoChanges,
} from '../../worker/blocks-protocol.ts';

export interface LastLayersPort {
  cost(project: string, changes: PhotoChanges): Promise<Result<BlocksCost>>;
  teach(
    project: string,
    changes: PhotoChanges,
    onProgress: (progress: BlocksRunProgress) => void,
  ): Promise<Result<BlocksOutcome>>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): void;
}

export type LastLayersState =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'running' | 'paused' | 'stopping';
      readonly project: string;
      /** Null before the first photo. */
      readonly progress: BlocksRunProgress | null;
    }
  | { readonly phase: 'done'; readonly project: string; readonly outcome: BlocksOutcome }
  | { readonly phase: 'failed'; readonly project: string; readonly failure: Failure };

export type LayersCost =
  | { readonly phase: 'timing'; readonly project: string }
  | { readonly phase: 'known'; readonly project: string; readonly cost: BlocksCost }
  | { readonly phase: 'failed'; readonly project: string; readonly failure: Failure };

export interface LastLayers {
  readonly state: ReadonlySignal<LastLayersState>;
  /** Null: it was not asked for. */
  readonly cost: ReadonlySignal<LayersCost | null>;
  /** By real steps; nothing happens while a run is under way, or one is timed already. */
  readonly askCost: (project: string, changes: PhotoChanges) => Promise<void>;
  /** Resolves when the run has ended. */
  readonly start: (project: string, changes: PhotoChanges) => Promise<void>;
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly stop: () => void;
}

export function createLastLayers(port: LastLayersPort, keepAwake: () => () => void): LastLayers {
  const state = signal<LastLayersState>({ phase: 'idle' });
  const cost = signal<LayersCost | null>(null);
  const isBusy = (): boolean => 'progress' in state.peek();

  const askCost = async (project: string, changes: PhotoChanges): Promise<void> => {
    if (isBusy() || cost.peek()?.phase === 'timing') return;
    cost.value = { phase: 'timing', project };
    const result = await port.cost(project, changes);
    cost.value = result.ok
      ? { phase: 'known', project, cost: result.value }
      : { phase: 'failed', project, failure: result.error };
  };

  const start = async (project: string, changes: PhotoChanges): Promise<void> => {
    if (isBusy() || cost.peek()?.phase === 'timing') return;
    state.value = { phase: 'running', project, progress: null };
    const letSleep = keepAwake();
    const letSeen = whileHidden(
      () => state.peek().phase === 'running' && void port.pause(),
      () => state.peek().phase === 'running' && void port.resume(),
    );
    const result = await port.teach(project, changes, progress => {
      const now = state.peek();
      if ('progress' in now) state.value = { ...now, progress };
    });
    letSeen();
    letSleep();
    if (result.ok) state.value = { phase: 'done', project, outcome: result.value };
    else if (result.error.code === 'Aborted') state.value = { phase: 'idle' };
    else state.value = { phase: 'failed', project, failure: result.error };
  };

  const pause = async (): Promise<void> => {
    const now = state.peek();
    if (now.phase !== 'running') return;
    state.value = { ...now, phase: 'paused' };
    await port.pause();
  };
  const resume = async (): Promise<void> => {
    const now = state.peek();
    if (now.phase !== 'paused') return;
    state.value = { ...now, phase: 'running' };
    await port.resume();
  };
  const stop = (): void => {
    const now = state.peek();
    if (!('progress' in now)) return;
    state.value = { ...now, phase: 'stopping' };
    port.stop();
  };
  return { state, cost, askCost, start, pause, resume, stop };
}

/** @returns how to listen no more */
function whileHidden(onHidden: () => void, onSeen: () => void): () => void {
  const ended = new AbortController();
  const onChange = (): void => (document.visibilityState === 'hidden' ? onHidden() : onSeen());
  document.addEventListener('visibilitychange', onChange, { signal: ended.signal });
  return () => ended.abort();
}
