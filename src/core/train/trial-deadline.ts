// When a search that work waits for is over: after a stated time, pauses not counted.
import type { TrainControl } from './engine.ts';
import { WorkClock } from './work-clock.ts';

/** A pause or a stop is noticed within this, whatever the work at hand is waiting for. */
const lookMs = 200;

export class TrialDeadline {
  /** Resolves when the time is over, or `stop` was called; rejects as the control's checkpoint does. */
  readonly passed: Promise<void>;
  readonly #clock: WorkClock;
  readonly #limitMs: number;
  #isStopped = false;

  constructor(limitMs: number, control: TrainControl) {
    this.#limitMs = limitMs;
    this.#clock = new WorkClock(control);
    this.passed = this.#wait();
    // Nobody may be waiting when it rejects.
    this.passed.catch(() => undefined);
  }

  isOver(): boolean {
    return this.#clock.workedMs() >= this.#limitMs;
  }

  /** It looks at the control no longer: whoever waited is done. */
  stop(): void {
    this.#isStopped = true;
  }

  async #wait(): Promise<void> {
    while (!this.isOver()) {
      const leftMs = this.#limitMs - this.#clock.workedMs();
      await new Promise(resolve => setTimeout(resolve, Math.min(lookMs, Math.ceil(leftMs))));
      if (this.#isStopped) return;
      await this.#clock.checkpoint();
    }
  }
}
