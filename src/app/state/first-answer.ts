// Who opens the app waits for one thing, the first answer: what else the page does when it starts lets it go first.
import { effect, type ReadonlySignal } from '@preact/signals';

/** A model that takes longer than this to open holds up nothing else. */
const longestWaitMs = 3_000;

export class FirstAnswer {
  readonly #settled: Promise<void>;
  #settle: () => void = () => undefined;

  constructor() {
    this.#settled = new Promise(resolve => (this.#settle = resolve));
  }

  /** A prediction came, or failed: nothing waits for the first one any more. */
  settle(): void {
    this.#settle();
  }

  /** Resolves then; at once when none `isAskedFor`; and after `waitMs` whatever happens. */
  async wait(isAskedFor: ReadonlySignal<boolean>, waitMs = longestWaitMs): Promise<void> {
    const timer = setTimeout(this.#settle, waitMs);
    const stop = effect(() => {
      if (!isAskedFor.value) this.#settle();
    });
    await this.#settled;
    stop();
    clearTimeout(timer);
  }
}

export const firstAnswer = new FirstAnswer();
