// Whether there are samples enough for a model to learn from them alone. Knows no model.
import type { Part } from '../artifact/documents.ts';

/** With five, one is held out to judge on. */
export const fewestSamples = 5;
/** Whoever sees one class only learns to say nothing else. */
export const fewestClasses = 2;

/** How many more are needed; 0 where there are enough. */
export interface Shortage {
  readonly samples: number;
  /** Among the samples that are learnt from. */
  readonly classes: number;
}

export function shortageOf(samples: readonly { readonly label: string; readonly part: Part }[]): Shortage {
  const learnt = new Set(samples.filter(({ part }) => part === 'train').map(({ label }) => label));
  return {
    samples: Math.max(0, fewestSamples - samples.length),
    classes: Math.max(0, fewestClasses - learnt.size),
  };
}
