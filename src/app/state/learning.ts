// The learning of a project in its worker: one at a time, again where something changed meanwhile, and not while the page is
// hidden.
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Failure } from '../../core/errors.ts';
import type { ProjectStanding } from '../../worker/protocol.ts';
import type { BridgedProject } from '../bridge/project-port.ts';

export interface Learning {
  readonly standing: ReadonlySignal<ProjectStanding | null>;
  readonly problem: ReadonlySignal<Failure | null>;
  /** Something changed: learns what is new, now or as soon as it may. */
  readonly start: () => void;
  readonly dispose: () => void;
}

export function createLearning(port: Pick<BridgedProject, 'learn' | 'close'>): Learning {
  const standing = signal<ProjectStanding | null>(null);
  const problem = signal<Failure | null>(null);
  const ended = new AbortController();
  let busy = false;
  let wanted = false;
  const mayLearn = (): boolean => !ended.signal.aborted && document.visibilityState === 'visible';

  const work = async (): Promise<void> => {
    busy = true;
    while (wanted && mayLearn()) {
      wanted = false;
      const result = await port.learn(now => {
        standing.value = now;
      });
      if (result.ok) standing.value = result.value;
      // Stopped because the page was hidden: what is left is learnt when it is seen.
      else if (!mayLearn()) wanted = true;
      problem.value = result.ok || result.error.code === 'Aborted' ? null : result.error;
    }
    busy = false;
  };
  const start = (): void => {
    wanted = true;
    if (!busy && mayLearn()) void work();
  };
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'hidden') void port.close();
      else if (wanted) start();
    },
    { signal: ended.signal },
  );
  return { standing, problem, start, dispose: () => ended.abort() };
}
