// Checkpoints that end where they are refused, and not the run: it goes on without.
import type { Checkpoints } from './fit-state.ts';

/** @param onRefused told once, what was thrown */
export function untilRefused(checkpoints: Checkpoints, onRefused: (thrown: unknown) => void): Checkpoints {
  let isRefused = false;
  return {
    due: () => !isRefused && checkpoints.due(),
    async save(state) {
      try {
        await checkpoints.save(state);
      } catch (thrown) {
        isRefused = true;
        onRefused(thrown);
      }
    },
  };
}
