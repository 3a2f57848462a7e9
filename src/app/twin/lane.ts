// The turns of what one serving worker is asked: a few at a time, the rest in order, and no more of them than can be waited for.
import { HaversackError } from '../../core/errors.ts';

export interface LaneLimits {
  /** Under way at once. With two the next message is there when the worker ends a run; it runs one at a time all the same. */
  readonly atOnce: number;
  readonly waiting: number;
}

interface Waiting {
  readonly begin: () => void;
}

export class Lane {
  readonly #limits: LaneLimits;
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /**
   * Runs `work` in its turn. What is called off while it waits never begins; what runs cannot be stopped, and is not waited
   * for any more.
   * @throws HaversackError `Overloaded`; the signal's reason, and what `work` throws
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#turn(signal);
    const running = work();
    const end = () => this.#next();
    running.then(end, end);
    return unlessAborted(running, signal);
  }

  async #turn(signal: AbortSignal): Promise<void> {
    throwReason(signal);
    if (this.#running < this.#limits.atOnce) {
      this.#running++;
      return;
    }
    if (this.#waiting.size >= this.#limits.waiting) {
      throw new HaversackError('Overloaded', `${this.#waiting.size} predictions wait on this device`, {
        retryAfterSeconds: 1,
      });
    }
    let entry!: Waiting;
    const turn = new Promise<void>(resolve => {
      entry = { begin: resolve };
    });
    this.#waiting.add(entry);
    try {
      await unlessAborted(turn, signal);
    } catch (thrown) {
      // Its turn may have come in the same moment: then it is passed on.
      if (!this.#waiting.delete(entry)) this.#next();
      throw thrown;
    }
  }

  /** The place is handed over as it is: `#running` stays. */
  #next(): void {
    const [first] = this.#waiting;
    if (!first) this.#running--;
    else {
      this.#waiting.delete(first);
      first.begin();
    }
  }
}

/** @throws HaversackError the signal's reason, where it fires first */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(reasonOf(signal));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function throwReason(signal: AbortSignal): void {
  if (signal.aborted) throw reasonOf(signal);
}

function reasonOf({ reason }: AbortSignal): HaversackError {
  return reason instanceof HaversackError ? reason : new HaversackError('Aborted', 'nobody waits for it');
}
