// Goes on where a device was lost in the middle of a run, from the last state that the run left behind.
import { HaversackError } from '../errors.ts';
import type { Checkpoints, Continuation, FitState } from './fit-state.ts';

/** More losses than that are no accident. */
const maxLosses = 3;

/**
 * @param work a run; `losses` is how often it lost its device before
 * @throws HaversackError what `work` throws; `DeviceLost` at the fourth time
 */
export async function whileDevicesLast<T>(
  { resume, checkpoints }: Continuation,
  work: (from: Continuation, losses: number) => Promise<T>,
): Promise<T> {
  const last = new LastState(checkpoints, resume);
  for (let losses = 0; ; losses++) {
    try {
      return await work({ resume: last.state, checkpoints: checkpoints && last }, losses);
    } catch (thrown) {
      const isLost = thrown instanceof HaversackError && thrown.code === 'DeviceLost';
      if (!isLost || losses === maxLosses) throw thrown;
    }
  }
}

/** Saves where it is told to, and holds what was saved last. */
class LastState implements Checkpoints {
  readonly #checkpoints: Checkpoints | null;
  state: FitState | null;

  constructor(checkpoints: Checkpoints | null, state: FitState | null) {
    this.#checkpoints = checkpoints;
    this.state = state;
  }

  due(): boolean {
    return this.#checkpoints!.due();
  }

  async save(state: FitState): Promise<void> {
    await this.#checkpoints!.save(state);
    this.state = state;
  }
}
