// What became of the one thing that was given as an example.
import type { Added } from '../../device/examples.ts';

/**
 * `known`: it was an example of that very class. `like`: left out, for it is too much like others that are learnt from and judged
 * on. One that was of another class is kept, as what was said last.
 */
export type ExampleOutcome = 'kept' | 'known' | 'like';

/** @param added of one example */
export function outcomeOf({ leftOut, known, before, examples }: Added): ExampleOutcome {
  if (leftOut > 0) return 'like';
  return known > 0 && before[0]?.class === examples[0]?.class ? 'known' : 'kept';
}
