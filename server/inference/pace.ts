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

  /** How long one that comes behind so many others waits for its answer. 0 while nothing is known. */
  waitMs(ahead: number): number {
    return (this.#msPerRequest ?? 0) * (ahead + 1);
  }
}
