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
  const state: { busy: boolean; waiting: Argument | null; takenBack: number } = {
    busy: false,
    waiting: null,
    takenBack: 0,
  };

  async function work(): Promise<void> {
    state.busy = true;
    for (let argument = state.waiting; argument !== null; argument = state.waiting) {
      const { takenBack } = state;
      state.waiting = null;
      const outcome = await run(argument);
      // While a newer question waits for its turn, an answer a moment old is better than none; not so after a `null`.
      if (takenBack === state.takenBack) publish(outcome, argument);
    }
    state.busy = false;
  }

  return argument => {
    state.waiting = argument;
    if (argument === null) state.takenBack += 1;
    else if (!state.busy) void work();
  };
}
