// How far bringing in photos is, for the screen to show and to stop: all together, for more may be dropped while some come in.
import { computed, signal } from '@preact/signals';

export interface Bringing {
  readonly done: number;
  /** 0: nobody knows yet. */
  readonly total: number;
  /** All that is being brought in. */
  readonly stop: () => void;
}

interface OneOf extends Bringing {
  readonly hasEnded: boolean;
}

/** With those that have ended, until the last has: what is done does not become less. */
const together = signal<ReadonlyMap<symbol, OneOf>>(new Map());

/** Null: nothing is being brought in. */
export const bringingNow = computed<Bringing | null>(() => {
  const all = [...together.value.values()];
  if (all.length === 0) return null;
  const isUnknown = all.some(({ total, hasEnded }) => total === 0 && !hasEnded);
  return {
    done: all.reduce((sum, { done }) => sum + done, 0),
    total: isUnknown ? 0 : all.reduce((sum, { total }) => sum + total, 0),
    stop: () => {
      for (const { stop } of all) stop();
    },
  };
});

/** Shown from now on, until `end`. */
export function bringing(total: number) {
  const mine = Symbol();
  const stopped = new AbortController();
  const put = (change: Partial<OneOf>): void => {
    const before = together.peek().get(mine) ?? { done: 0, total, hasEnded: false };
    const all = new Map(together.peek()).set(mine, { ...before, ...change, stop: () => stopped.abort() });
    together.value = [...all.values()].every(({ hasEnded }) => hasEnded) ? new Map() : all;
  };
  put({});
  return {
    signal: stopped.signal,
    show: (done: number, of: number): void => put({ done, total: of }),
    end: (): void => put({ hasEnded: true }),
  };
}
