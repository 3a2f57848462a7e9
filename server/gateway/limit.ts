// So many (requests, bytes) per caller in a time: a fixed window a key, kept in memory.
import { HaversackError } from '../../src/core/errors.ts';

/** Keys remembered at most; beyond, the oldest windows are forgotten. */
const maxKeys = 10_000;

export class RateLimit {
  readonly #windows = new Map<string, { startMs: number; count: number }>();
  readonly #max: number;
  readonly #windowMs: number;
  readonly #nowMs: () => number;

  constructor(options: { max: number; windowMs: number; nowMs: () => number }) {
    this.#max = options.max;
    this.#windowMs = options.windowMs;
    this.#nowMs = options.nowMs;
  }

  /** @throws HaversackError `TooManyRequests` */
  take(key: string, amount = 1): void {
    const now = this.#nowMs();
    const window = this.#windows.get(key);
    if (!window || now - window.startMs >= this.#windowMs) {
      this.#windows.delete(key);
      this.#windows.set(key, { startMs: now, count: amount });
      if (this.#windows.size > maxKeys) this.#windows.delete(this.#windows.keys().next().value!);
      return;
    }
    window.count += amount;
    if (window.count > this.#max) {
      throw new HaversackError('TooManyRequests', `at most ${this.#max} in ${this.#windowMs / 1000} s`);
    }
  }
}
