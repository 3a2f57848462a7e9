// How many tries may be second ones: a share of the first. Where everything fails, retries would double what is asked of those
// that are ill already (Finagle, RetryBudget; Google, SRE, ch. 21).

/** Second tries for each first one. */
export const retryShare = 0.2;
/** So many at once are always let pass: all that was under way at an engine when it went down. */
const reserve = 100;
/** What quiet times may save up for a storm, at most. */
const maxSaved = 500;

export class RetryBudget {
  #saved = reserve;

  /** A request begins. */
  deposit(): void {
    this.#saved = Math.min(maxSaved, this.#saved + retryShare);
  }

  /** Takes one second try out; false where there is none. */
  withdraw(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}
