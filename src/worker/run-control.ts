// Pause, resume and stop of one run, as messages: an AbortSignal does not cross a worker, so loops look here.
import { HaversackError } from '../core/errors.ts';
import type { TrainControl } from '../core/train/engine.ts';
import { createBreath } from './breath.ts';

export class RunControl implements TrainControl {
  readonly #within: TrainControl | null;
  readonly #breathe = createBreath();
  #stopped = false;
  #paused: { readonly until: Promise<void>; readonly go: () => void } | null = null;

  /** @param within of the work that this run is a part of: held up and stopped with it */
  constructor(within: TrainControl | null = null) {
    this.#within = within;
  }

  async checkpoint(): Promise<void> {
    await this.#breathe();
    while (this.#paused && !this.#stopped) await this.#paused.until;
    if (this.#stopped) throw new HaversackError('Aborted', 'stopped between two steps');
    await this.#within?.checkpoint();
  }

  pause(): void {
    if (this.#paused) return;
    let go = (): void => undefined;
    const until = new Promise<void>(resolve => {
      go = resolve;
    });
    this.#paused = { until, go };
  }

  resume(): void {
    this.#paused?.go();
    this.#paused = null;
  }

  stop(): void {
    this.#stopped = true;
    this.#paused?.go();
  }
}
