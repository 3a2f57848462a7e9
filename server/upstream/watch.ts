// Active health checks: looks at one upstream again and again, not all at the same moment.
import type { UpstreamAnswerer } from './upstream-answerer.ts';

export interface Pace {
  readonly everyMs: number;
  /** While it is down: it is to be used again soon after it is well. */
  readonly everyMsDown: number;
  /** One check may take so long. Loading a model is part of the first. */
  readonly timeoutMs: number;
}

export const defaultPace: Pace = { everyMs: 5_000, everyMsDown: 1_000, timeoutMs: 4_000 };
/** Each pause is longer or shorter by up to this share. */
const jitter = 0.2;

export class Watch {
  readonly #upstream: UpstreamAnswerer;
  readonly #pace: Pace;
  readonly #random: () => number;
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  constructor(upstream: UpstreamAnswerer, pace: Pace, random: () => number) {
    this.#upstream = upstream;
    this.#pace = pace;
    this.#random = random;
  }

  /** Looks now, and goes on from there. Resolves when it has looked. */
  look(): Promise<void> {
    this.#looking ??= this.#check().finally(() => {
      this.#looking = null;
      this.#wait();
    });
    return this.#looking;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#end.abort();
  }

  async #check(): Promise<void> {
    clearTimeout(this.#timer);
    const clock = new AbortController();
    const stop = () => {
      clock.abort(new Error('the check was ended'));
    };
    const timer = setTimeout(() => {
      clock.abort(new Error(`no answer within ${this.#pace.timeoutMs} ms`));
    }, this.#pace.timeoutMs);
    this.#end.signal.addEventListener('abort', stop, { once: true });
    await this.#upstream.check(clock.signal);
    this.#end.signal.removeEventListener('abort', stop);
    clearTimeout(timer);
  }

  #wait(): void {
    if (this.#end.signal.aborted) return;
    const { everyMs, everyMsDown } = this.#pace;
    const pause = this.#upstream.live.health === 'down' ? everyMsDown : everyMs;
    const spread = 1 - jitter + 2 * jitter * this.#random();
    this.#timer = setTimeout(() => void this.look(), pause * spread);
    this.#timer.unref();
  }
}
