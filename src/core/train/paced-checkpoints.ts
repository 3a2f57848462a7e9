// How often a run leaves its state: every few seconds, and more rarely where that would cost the run too much.
import type { Checkpoints, FitState } from './fit-state.ts';

export interface Pace {
  /** Between two of them, where they cost little. */
  readonly everyMs: number;
  /** Of the run's time that may go into them. */
  readonly maxShare: number;
}

export const defaultPace: Pace = { everyMs: 10_000, maxShare: 0.03 };

/** A save counts from when it is due, so that reading the state out of the host's memory counts too. */
export class PacedCheckpoints implements Checkpoints {
  readonly #save: (state: FitState) => Promise<void>;
  readonly #pace: Pace;
  #dueAt: number;
  #askedAt = 0;

  constructor(save: (state: FitState) => Promise<void>, pace: Pace = defaultPace) {
    this.#save = save;
    this.#pace = pace;
    this.#dueAt = performance.now() + pace.everyMs;
  }

  due(): boolean {
    this.#askedAt = performance.now();
    return this.#askedAt >= this.#dueAt;
  }

  async save(state: FitState): Promise<void> {
    await this.#save(state);
    const now = performance.now();
    const { everyMs, maxShare } = this.#pace;
    this.#dueAt = now + Math.max(everyMs, (now - this.#askedAt) / maxShare);
  }
}
