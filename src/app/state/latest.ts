// Runs one thing at a time and, of what was asked meanwhile, only the latest: live predictions never queue up.

/**
 * @param run must not reject
 * @param publish gets the results that are still wanted
 * @returns a function that asks; `null` asks for nothing, and drops what is under way
 */
export function createLatest<Argument, Outcome>(
  run: (argument: Argument) => Promise<Outcome>,
  publish: (outcome: Outcome, argument: Argument) => void,
): (argument: Argument | null) => void {
  let busy = false;
  let asked = 0;
  let waiting: Argument | null = null;

  async function work(): Promise<void> {
    busy = true;
    while (waiting !== null) {
      const argument = waiting;
      const turn = asked;
      waiting = null;
      const outcome = await run(argument);
      // A newer question is under way or has been taken back: this answer would only flicker, unless the newer one
      // still waits for its turn, when an answer a moment old is better than none.
      if (turn === asked || waiting !== null) publish(outcome, argument);
    }
    busy = false;
  }

  return argument => {
    asked += 1;
    waiting = argument;
    if (argument !== null && !busy) void work();
  };
}
