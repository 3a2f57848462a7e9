// When a head is trained while more examples still come in: what is learnt is then of use long before the last is embedded.

/** Fewer are answered from as well by the nearest. */
const firstTurn = 16;

/** Each time the examples have doubled: all these heads together cost about as much as the last. */
export class HeadTurns {
  #next = firstTurn;

  /** @param embedded examples so far @returns whether a head is to be trained on them now */
  isReached(embedded: number): boolean {
    if (embedded < this.#next) return false;
    while (this.#next <= embedded) this.#next *= 2;
    return true;
  }
}
