// How far bringing in photos is, for the screen to show and to stop.
import { signal } from '@preact/signals';

export interface Bringing {
  readonly done: number;
  /** 0: nobody knows yet. */
  readonly total: number;
  readonly stop: () => void;
}

/** Null: nothing is being brought in. */
export const bringingNow = signal<Bringing | null>(null);

/** Shown from now on, until `end`. */
export function bringing(total: number) {
  const stopped = new AbortController();
  const show = (done: number, of: number): void => {
    bringingNow.value = { done, total: of, stop: () => stopped.abort() };
  };
  show(0, total);
  const end = (): void => {
    bringingNow.value = null;
  };
  return { signal: stopped.signal, show, end };
}
