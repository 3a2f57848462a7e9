// A circuit breaker (Nygard, Release It!, "Circuit Breaker"): an engine that fails again and again is left alone for a while, then
// tried with one request. Knows no engine and no clock of its own.

/** So many failures in a row open it … */
const maxFailuresInRow = 5;
/** … or this share of at least so many tries in a window: an engine that fails every other time has few in a row. */
const maxFailureShare = 0.5;
const minTries = 20;
const windowMs = 10_000;
/** How long it stays open the first time; twice as long each time after, up to the limit. */
const firstOpenMs = 1_000;
const maxOpenMs = 30_000;

export type BreakerState = 'closed' | 'open' | 'half-open';

export class Breaker {
  readonly #nowMs: () => number;
  readonly #random: () => number;
  #failuresInRow = 0;
  #window = { startMs: 0, tries: 0, failures: 0 };
  /** Null: closed. */
  #openUntilMs: number | null = null;
  #timesOpened = 0;
  /** A try is under way that decides. */
  #probing = false;

  /** @param random spreads the end of the wait, so that many servers do not all ask again at once */
  constructor(nowMs: () => number, random: () => number) {
    this.#nowMs = nowMs;
    this.#random = random;
  }

  get state(): BreakerState {
    if (this.#openUntilMs === null) return 'closed';
    return this.#nowMs() < this.#openUntilMs ? 'open' : 'half-open';
  }

  /** Whether a try may begin now. */
  get admits(): boolean {
    const { state } = this;
    return state === 'closed' || (state === 'half-open' && !this.#probing);
  }

  /** When it may be tried again, in ms from now; 0 while it is closed. */
  get waitMs(): number {
    return this.#openUntilMs === null ? 0 : Math.max(0, this.#openUntilMs - this.#nowMs());
  }

  /** A try begins. Whoever begins one says how it ended: `succeeded`, `failed` or `withdrawn`. */
  begin(): void {
    if (this.state === 'half-open') this.#probing = true;
  }

  succeeded(): void {
    this.#count(false);
    this.#failuresInRow = 0;
    this.#probing = false;
    // An answer that was begun before the failures came says nothing about now.
    if (this.state === 'open') return;
    this.#openUntilMs = null;
    this.#timesOpened = 0;
  }

  failed(): void {
    this.#count(true);
    this.#failuresInRow += 1;
    const { state } = this;
    this.#probing = false;
    if (state === 'half-open' || (state === 'closed' && this.#isTooMuch())) this.#open();
  }

  /** It ended without a word on the engine: the caller went. */
  withdrawn(): void {
    this.#probing = false;
  }

  #count(isFailure: boolean): void {
    const now = this.#nowMs();
    if (now - this.#window.startMs >= windowMs) this.#window = { startMs: now, tries: 0, failures: 0 };
    this.#window.tries += 1;
    if (isFailure) this.#window.failures += 1;
  }

  #isTooMuch(): boolean {
    const { tries, failures } = this.#window;
    return (
      this.#failuresInRow >= maxFailuresInRow || (tries >= minTries && failures >= tries * maxFailureShare)
    );
  }

  #open(): void {
    const wait = Math.min(maxOpenMs, firstOpenMs * 2 ** this.#timesOpened);
    this.#timesOpened += 1;
    this.#failuresInRow = 0;
    this.#window = { startMs: this.#nowMs(), tries: 0, failures: 0 };
    this.#openUntilMs = this.#nowMs() + wait * (0.75 + this.#random() / 2);
  }
}
