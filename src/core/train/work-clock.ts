// How long a run has worked: the time since it began, less the time it was paused. Both engines tell time by it.
import type { TrainControl } from './engine.ts';

/** A checkpoint that takes this long is a pause, not a breath. */
const pauseFromMs = 1000;

export class WorkClock implements TrainControl {
  readonly #control: TrainControl;
  readonly #startedAt: number;
  #pausedMs = 0;

  /** @param workedMs what a run that is gone on with had worked before */
  constructor(control: TrainControl, workedMs = 0) {
    this.#control = control;
    this.#startedAt = performance.now() - workedMs;
  }

  async checkpoint(): Promise<void> {
    const askedAt = performance.now();
    await this.#control.checkpoint();
    const waitedMs = performance.now() - askedAt;
    if (waitedMs > pauseFromMs) this.#pausedMs += waitedMs;
  }

  workedMs(): number {
    return performance.now() - this.#startedAt - this.#pausedMs;
  }
}
