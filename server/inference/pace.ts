// How fast a queue gets on, from what it has done: for "come again in", and for turning away who would be late.

/** Of a new measurement beside what was known: the last ten count for two thirds. */
const share = 0.1;

export class PaceKeeper {
  /** Per request, also of those that ran together; null before the first. */
  #msPerRequest: number | null = null;

  /** So many were answered in this time. */
  ran(requests: number, ms: number): void {
    const each = ms / requests;
    this.#msPerRequest =
      this.#msPerRequest === null ? each : this.#msPerRequest + share * (each - this.#msPerRequest);
  }

  /** One was given up for what is thought of the pace: thought a little less of, or nothing would ever run that says otherwise. */
  doubted(): void {
    this.#msPerRequest = this.msPerRequest * (1 - share);
  }

  /** How long one that comes behind so many others waits for its answer. 0 while nothing is known. */
  waitMs(ahead: number): number {
    return this.msPerRequest * (ahead + 1);
  }

  /** Of the service, 0 while nothing is known. */
  get msPerRequest(): number {
    return this.#msPerRequest ?? 0;
  }
}
